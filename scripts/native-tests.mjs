// Builds and runs the engine's own tests (CMake, no Node): node scripts/native-tests.mjs [address|thread] [name filter]
import { join } from 'node:path'
import { isMain, root, run } from './process.mjs'

const strict = {
  ASAN_OPTIONS: 'detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
}

export function nativeTests(sanitizer = '', filter = []) {
  const folder = join(root, 'build', sanitizer === '' ? 'native' : `native-${sanitizer}`)
  const type = sanitizer === '' ? 'Release' : 'RelWithDebInfo'
  const options = [`-DCMAKE_BUILD_TYPE=${type}`, `-DMILLRACE_SANITIZE=${sanitizer}`]
  run('cmake', ['-S', 'native', '-B', folder, ...options])
  run('cmake', ['--build', folder, '--target', 'millrace_tests', '--parallel', process.env.JOBS ?? '2'])
  run(join(folder, 'millrace_tests'), filter, { env: { ...strict, ...process.env } })
}

if (isMain(import.meta.url)) {
  const [first = '', ...rest] = process.argv.slice(2)
  if (first === 'address' || first === 'thread') nativeTests(first, rest)
  else nativeTests('', first === '' ? [] : [first])
}
