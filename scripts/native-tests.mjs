// Builds and runs the engine's own tests (CMake, no Node): node scripts/native-tests.mjs [target] [name filter]
// Targets: address or thread (sanitizers); aarch64 (cross-compiled, under qemu-user; on Debian from the packages
// g++-aarch64-linux-gnu and qemu-user), aarch64-lower (base/ to csv/ alone, for half the compiling).
import { join } from 'node:path'
import { isMain, root, run } from './process.mjs'

const strict = {
  ASAN_OPTIONS: 'detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
}

const emulator = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu']
const crossCompiled = [
  '-DCMAKE_SYSTEM_NAME=Linux',
  '-DCMAKE_SYSTEM_PROCESSOR=aarch64',
  '-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++',
]

// Configures and builds the tests in build/<name>; returns the program's path.
function build(name, options) {
  const folder = join(root, 'build', name)
  run('cmake', ['-S', 'native', '-B', folder, ...options])
  run('cmake', ['--build', folder, '--target', 'millrace_tests', '--parallel', process.env.JOBS ?? '2'])
  return join(folder, 'millrace_tests')
}

export function nativeTests(sanitizer = '', filter = []) {
  const type = sanitizer === '' ? 'Release' : 'RelWithDebInfo'
  const options = [`-DCMAKE_BUILD_TYPE=${type}`, `-DMILLRACE_SANITIZE=${sanitizer}`]
  const tests = build(sanitizer === '' ? 'native' : `native-${sanitizer}`, options)
  run(tests, filter, { env: { ...strict, ...process.env } })
}

// Emulation is 20 times slower than the CPU: a tenth of the random numbers, unless told. Once at the level that dispatch
// picks, and once more where it is told to take the scalar one.
export function aarch64Tests(lower, filter = []) {
  const options = ['-DCMAKE_BUILD_TYPE=Release', `-DMILLRACE_LOWER=${lower ? 'ON' : 'OFF'}`, ...crossCompiled]
  const tests = build(lower ? 'native-aarch64-lower' : 'native-aarch64', options)
  const env = { MILLRACE_TEST_NUMBERS: '20000', ...process.env }
  run(emulator[0], [...emulator.slice(1), tests, ...filter], { env })
  run(emulator[0], [...emulator.slice(1), tests, 'level'], { env: { ...env, MILLRACE_SIMD: 'scalar' } })
}

if (isMain(import.meta.url)) {
  const [first = '', ...rest] = process.argv.slice(2)
  if (first === 'address' || first === 'thread') nativeTests(first, rest)
  else if (first === 'aarch64' || first === 'aarch64-lower') aarch64Tests(first === 'aarch64-lower', rest)
  else nativeTests('', first === '' ? [] : [first])
}
