// Builds the fuzzers of test/native/fuzz and runs each for a while: node scripts/fuzz.mjs [seconds] [name ...]
// Needs a clang with libFuzzer: $CXX, else the newest found. Inputs found are kept in build/native-address/corpus.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findClang, root, run } from './process.mjs'

const [seconds = '20', ...wanted] = process.argv.slice(2)
const sources = join(root, 'test', 'native', 'fuzz')
// The folder of the tests under AddressSanitizer, which clang compiles with the fuzzers' counters: one engine for both.
const folder = join(root, 'build', 'native-address')
const compiler = findClang()
if (!compiler) throw new Error('no clang found: the fuzzers are linked with its libFuzzer')

const all = readdirSync(sources)
  .filter(file => file.endsWith('.cc'))
  .map(file => file.slice(0, -3))
const names = all.filter(name => wanted.length === 0 || wanted.includes(name))
if (names.length === 0) throw new Error(`no such fuzzer; there are ${all.join(', ')}`)

const options = ['-DCMAKE_BUILD_TYPE=RelWithDebInfo', '-DMILLRACE_FUZZ=ON', '-DMILLRACE_SANITIZE=address']
run('cmake', ['-S', 'native', '-B', folder, `-DCMAKE_CXX_COMPILER=${compiler}`, ...options])
const targets = names.map(name => `fuzz_${name}`)
run('cmake', ['--build', folder, '--parallel', process.env.JOBS ?? '2', '--target', ...targets])

const failed = names.filter(name => {
  console.log(`fuzzing ${name} for ${seconds} seconds`)
  const found = join(folder, 'corpus', name)
  mkdirSync(found, { recursive: true })
  const seeds = join(sources, 'seeds', name)
  const limits = [`-max_total_time=${seconds}`, '-timeout=10', '-rss_limit_mb=2048']
  const where = [`-artifact_prefix=${folder}/${name}-`, found, ...(existsSync(seeds) ? [seeds] : [])]
  const { status, stderr } = spawnSync(join(folder, `fuzz_${name}`), [...limits, ...where], {
    encoding: 'utf8',
  })
  console.log(status === 0 ? stderr.match(/^Done .*$/m)?.[0] : stderr.slice(-8000))
  return status !== 0
})
for (const name of failed) console.log(`failed: ${name}`)
console.log(`${names.length - failed.length} passed, ${failed.length} failed`)
process.exit(failed.length === 0 ? 0 : 1)
