// Builds and runs the engine's own tests (CMake, no Node): node scripts/native-tests.mjs [target] [name filter]
// In JOBS processes (2 unless told), each with its share of the tests. MILLRACE_TEST_SHARE, such as 0.1 or 5, is how much
// of its random rounds a test runs.
// Targets: address or thread (sanitizers); aarch64 (cross-compiled, under qemu-user; on Debian from the packages
// g++-aarch64-linux-gnu and qemu-user), aarch64-lower (base/ to csv/ alone, for half the compiling).
import { join } from 'node:path'
import { attemptAll, findClang, isMain, root, run } from './process.mjs'

// Uses of a stack after its function's return are left to the fuzzers: to look for them makes tests with many threads up
// to nine times as slow (392 s instead of 44 for the joins of one key).
const strict = {
  ASAN_OPTIONS: 'strict_string_checks=1:check_initialization_order=1:detect_stack_use_after_return=0',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
}

const jobs = Number(process.env.JOBS ?? 2)
// TSan and an emulator are slow: a part of the random rounds and all cases of a sweep at least once. The full rounds run
// under ASan and in the plain build.
const shareUnderTsan = '0.15'
const shareEmulated = '0.1'

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
  run('cmake', ['--build', folder, '--target', 'millrace_tests', '--parallel', String(jobs)])
  return join(folder, 'millrace_tests')
}

// Ends this process when a test has failed.
async function runTests(command, filter, env) {
  const shards = Array.from({ length: jobs }, (_, i) => ['--shard', `${i + 1}/${jobs}`, ...filter])
  const [program, ...args] = command
  const statuses = await attemptAll(shards.map(shard => [program, [...args, ...shard], { env }]))
  const failed = statuses.find(status => status !== 0)
  if (failed !== undefined) process.exit(failed)
}

export async function nativeTests(sanitizer = '', filter = []) {
  const type = sanitizer === '' ? 'Release' : 'RelWithDebInfo'
  const options = [`-DCMAKE_BUILD_TYPE=${type}`, `-DMILLRACE_SANITIZE=${sanitizer}`]
  // clang's checks see more (copies onto themselves, offsets to null, memset of nothing), and its build serves the
  // fuzzers too. Races are g++'s, so that both compile everything.
  const clang = sanitizer === 'address' ? findClang() : undefined
  if (clang) options.push(`-DCMAKE_CXX_COMPILER=${clang}`, '-DMILLRACE_FUZZ=ON')
  const tests = build(sanitizer === '' ? 'native' : `native-${sanitizer}`, options)
  const share = sanitizer === 'thread' ? { MILLRACE_TEST_SHARE: shareUnderTsan } : {}
  await runTests([tests], filter, { ...strict, ...share, ...process.env })
}

// Once at the level that dispatch picks, and once more where it is told to take the scalar one.
export async function aarch64Tests(lower, filter = []) {
  const options = ['-DCMAKE_BUILD_TYPE=Release', `-DMILLRACE_LOWER=${lower ? 'ON' : 'OFF'}`, ...crossCompiled]
  const tests = build(lower ? 'native-aarch64-lower' : 'native-aarch64', options)
  const env = { MILLRACE_TEST_SHARE: shareEmulated, ...process.env }
  await runTests([...emulator, tests], filter, env)
  await runTests([...emulator, tests], ['level'], { ...env, MILLRACE_SIMD: 'scalar' })
}

if (isMain(import.meta.url)) {
  const [first = '', ...rest] = process.argv.slice(2)
  if (first === 'address' || first === 'thread') await nativeTests(first, rest)
  else if (first === 'aarch64' || first === 'aarch64-lower')
    await aarch64Tests(first === 'aarch64-lower', rest)
  else await nativeTests('', first === '' ? [] : [first])
}
