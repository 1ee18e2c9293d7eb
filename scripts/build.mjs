// Builds the addon (build/Release/millrace.node) and the TypeScript (dist/), each only when its inputs have changed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { install } from './install.mjs'
import { isMain, root, run, runTool } from './process.mjs'
import { writeWorkerProgram } from './worker-program.mjs'

const addon = join(root, 'build', 'Release', 'millrace.node')
const entry = join(root, 'dist', 'bundle', 'index.js')

export function build() {
  install()
  buildAddon()
  buildTypeScript()
}

export function buildAddon() {
  const inputs = filesUnder('native', name => /\.(cc|h|inc|gypi|cjs|map)$|^sources\.txt$/.test(name))
  unlessFresh('addon', [...inputs, 'binding.gyp', 'package-lock.json'], addon, () => {
    console.log('building the addon (node-gyp)')
    runTool('node-gyp/bin/node-gyp.js', ['configure', 'build', '--silent', '--jobs', jobs()], {
      env: gypEnv(),
    })
  })
}

export function buildTypeScript() {
  const inputs = filesUnder('lib', name => /\.ts$|^tsconfig\.json$/.test(name))
  const scripts = ['scripts/bundle.mjs', 'scripts/worker-program.mjs']
  unlessFresh('lib', [...inputs, ...scripts, 'package-lock.json'], entry, () => {
    console.log('building the TypeScript (tsc)')
    rmSync(join(root, 'dist'), { recursive: true, force: true }) // a deleted source must not leave its output
    runTool('typescript/bin/tsc', ['-p', 'lib'])
    writeWorkerProgram()
    run(process.execPath, [join(root, 'scripts', 'bundle.mjs')])
  })
}

/** Runs `make` unless the output is there and the inputs' contents are those of its last success. */
function unlessFresh(name, inputs, output, make) {
  const stampFile = join(root, 'build', `${name}.stamp`)
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`)
  for (const file of inputs) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)))
  const stamp = hash.digest('hex')
  if (existsSync(output) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  rmSync(stampFile, { force: true })
  make()
  mkdirSync(join(root, 'build'), { recursive: true })
  writeFileSync(stampFile, stamp)
}

function filesUnder(folder, wanted) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(item => item.isFile() && wanted(item.name))
    .map(item => relative(root, join(item.parentPath, item.name)))
    .filter(file => !file.startsWith(join('native', 'build')))
    .sort()
}

function jobs() {
  return process.env.JOBS ?? String(availableParallelism())
}

/** Node's own headers, where this Node brought them, save node-gyp a download. */
function gypEnv() {
  const prefix = dirname(dirname(process.execPath))
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'common.gypi'))
  if (!hasHeaders || process.env.npm_config_nodedir) return process.env
  return { ...process.env, npm_config_nodedir: prefix }
}

if (isMain(import.meta.url)) build()
