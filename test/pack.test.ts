import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readmeBlocks, runBlock } from './readme-blocks.js'

// What a user gets: the tarball, installed in an empty folder without scripts, network or compiler, on every Node
// that is supported.
const root = fileURLToPath(new URL('..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'millrace-pack-'))
const app = join(work, 'app')
const nodes = join(root, 'node_modules', '.cache', 'millrace-nodes')
const windows = process.platform === 'win32'
let tarball = ''
let files: string[] = []

const npmCli = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : findNpm()

function findNpm(): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = folders
    .map(folder => join(folder, windows ? 'node_modules/npm/bin/npm-cli.js' : 'npm'))
    .find(existsSync)
  if (!found) throw new Error('npm is not on the path')
  return found
}

function npm(args: string[], cwd: string, env = process.env): string {
  return execFileSync(process.execPath, [npmCli, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** A path with Node and nothing else: no compiler, no make, no Python. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const bin = join(work, 'bin')
  mkdirSync(bin)
  if (!windows) symlinkSync(process.execPath, join(bin, 'node'))
  return { HOME: work, PATH: bin, SystemRoot: process.env.SystemRoot, npm_config_cache: join(work, 'cache') }
}
let bare: NodeJS.ProcessEnv = {}

/** The executable of the newest Node of a major, from the package that npm's own `node` package installs. */
function nodeOf(major: string): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`
  const folder = join(nodes, major)
  const executable = join(folder, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${major}`], folder)
  }
  return executable
}

beforeAll(() => {
  bare = bareEnvironment()
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }')
  execFileSync(process.execPath, [join(root, 'scripts', 'prebuild.mjs')], { stdio: 'pipe' })
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', work], root))
  tarball = join(work, packed.filename)
  files = packed.files.map((file: { path: string }) => file.path)
  npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], app, bare)
}, 600_000)
afterAll(() => rmSync(work, { recursive: true, force: true }))

test('the tarball holds the library, a prebuild and the sources, and nothing that makes npm compile', () => {
  const manifest = JSON.parse(readFileSync(join(app, 'node_modules', 'millrace', 'package.json'), 'utf8'))
  expect(files).toEqual(
    expect.arrayContaining(['README.md', 'LICENSE', 'dist/bundle/index.js', 'dist/index.d.ts']),
  )
  expect(files).toEqual(
    expect.arrayContaining(['native/binding.gyp', 'native/sources.txt', 'native/base/status.cc']),
  )
  expect(
    files.filter(file => file.startsWith(`prebuilds/${process.platform}-${process.arch}/`)),
  ).toHaveLength(1)
  expect(
    files.filter(file => !/^(dist|native|prebuilds)\/|^(README\.md|LICENSE|package\.json)$/.test(file)),
  ).toEqual([])
  expect(files.filter(file => /^native\/build|_test\.cc$|\.tsbuildinfo$/.test(file))).toEqual([])
  expect(manifest.gypfile).toBe(false)
  expect(Object.keys(manifest.scripts).filter(name => /^(pre|post)?install$|^prepare/.test(name))).toEqual([])
  expect(manifest.dependencies ?? {}).toEqual({})
})

test('the tarball stays small', () => {
  const prebuild = files.find(file => file.endsWith('.node'))!
  expect(statSync(join(app, 'node_modules', 'millrace', prebuild)).size).toBeLessThan(2_950_000)
  expect(statSync(tarball).size).toBeLessThan(2_500_000)
})

test('an install from a lockfile compiles nothing either', () => {
  rmSync(join(app, 'node_modules'), { recursive: true })
  npm(['ci', '--offline', '--no-audit', '--no-fund'], app, bare)
  expect(existsSync(join(app, 'node_modules', 'millrace', 'build'))).toBe(false)
  expect(existsSync(join(app, 'node_modules', 'millrace', 'prebuilds'))).toBe(true)
})

/** The folder of the types of another Node than the one that the library is compiled with. */
function typesOfNode(major: string): string {
  const folder = join(nodes, `types-${major}`)
  const types = join(folder, 'node_modules', '@types')
  if (!existsSync(types)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', `@types/node@${major}`], folder)
  }
  return types
}

test.each(['20', '26'])(
  'the programs of README.md are right for TypeScript with the types of Node %s',
  major => {
    const programs = readmeBlocks().map(({ code }, index) => {
      writeFileSync(join(app, `program-${index}.ts`), code)
      return `program-${index}.ts`
    })
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
    const types = ['--typeRoots', major === '20' ? join(root, 'node_modules', '@types') : typesOfNode(major)]
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout, status } = spawnSync(process.execPath, [tsc, ...options, ...types, ...programs], {
      cwd: app,
      encoding: 'utf8',
    })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  },
  300_000,
)

describe.each(['20', '22', '24'])('on Node %s', major => {
  let node = ''
  beforeAll(() => {
    node = nodeOf(major)
  }, 300_000)

  const evaluate = (type: string, code: string): string =>
    execFileSync(node, [`--input-type=${type}`, '--eval', code], {
      cwd: app,
      env: bare,
      encoding: 'utf8',
    }).trim()
  const use = `.compute().then(table => console.log(process.versions.node.split('.')[0], table.n.values.length))`
  const query = `readCsv(new TextEncoder().encode('a\\n1\\n2\\n')).agg(c => ({ n: c.a.sum() }))${use}`

  test('import works', () => {
    expect(evaluate('module', `import { readCsv } from 'millrace'; ${query}`)).toBe(`${major} 1`)
  })

  test('require works', () => {
    expect(evaluate('commonjs', `const { readCsv } = require('millrace'); ${query}`)).toBe(`${major} 1`)
  })

  test('classes are called what they are exported as', () => {
    const named = `Object.entries(m).filter(([name, { prototype }]) => prototype && m[name].name !== name)`
    expect(evaluate('module', `import * as m from 'millrace'; console.log(${named}.length)`)).toBe('0')
  })

  test('the programs of README.md run', () => {
    const folder = mkdtempSync(join(app, 'readme-'))
    for (const block of readmeBlocks()) {
      const printed = runBlock(block, folder, node, bare)
      expect(printed).toBe(block.output ?? printed)
    }
  })
})
