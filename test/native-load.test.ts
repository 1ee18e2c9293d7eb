import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { native } from '../dist/native.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-load-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Loads the addon in a process of its own and returns the error. */
function loadError(
  env: Record<string, string>,
  dist = join(root, 'dist'),
): { code: string; message: string } {
  const program = `import { native } from ${JSON.stringify(pathToFileURL(join(dist, 'native.js')).href)}
    try { native() } catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message })) }`
  const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const
  return JSON.parse(spawnSync(process.execPath, ['--input-type=module', '--eval', program], options).stdout)
}

test('MILLRACE_BINDING alone is tried when it is set, and the error names it', () => {
  const path = join(folder, 'absent.node')
  const { code, message } = loadError({ MILLRACE_BINDING: path })
  expect(code).toBe('ERR_NATIVE_LOAD')
  expect(message).toContain(`${path}: no such file`)
  expect(message).toContain('hint: MILLRACE_BINDING names that file')
  expect(message).not.toContain('prebuilds')
})

test('a file that is no addon is reported with what the system said about it', () => {
  const path = join(folder, 'text.node')
  writeFileSync(path, 'not a shared library')
  expect(loadError({ MILLRACE_BINDING: path }).message).toMatch(
    /text\.node: .*(invalid ELF|too short|not a mach-o|Win32)/i,
  )
})

test('an addon of another version is refused', () => {
  const path = join(folder, 'other.cjs')
  writeFileSync(path, 'exports.engineInfo = () => ({ abi: 1, planVersion: 99 })')
  expect(loadError({ MILLRACE_BINDING: path }).message).toContain('of another version (ABI 1, plan 99;')
})

test('without any binary the error says where it looked, on what system, and how to compile one', () => {
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const { message } = loadError({ MILLRACE_BINDING: '' }, join(folder, 'dist'))
  for (const place of [
    'build/Release',
    'native/build/Release',
    `prebuilds/${process.platform}-${process.arch}`,
  ]) {
    expect(message).toContain(join(folder, place))
  }
  expect(message).toContain(`${process.arch}, Node ${process.versions.node}`)
  expect(message).toContain('npx node-gyp rebuild --directory=node_modules/millrace/native')
})

test('importing millrace does not load the addon', () => {
  const program = `await import('millrace')
    console.log(process.report.getReport().sharedObjects.filter(file => file.endsWith('millrace.node')).length)`
  const options = { cwd: root, encoding: 'utf8' } as const
  expect(spawnSync(process.execPath, ['--input-type=module', '--eval', program], options).stdout).toBe('0\n')
})

test('the addon exports what lib/native.ts declares, no more and no less', () => {
  const declared = readFileSync(join(root, 'lib', 'native.ts'), 'utf8').match(
    /interface Binding \{([\s\S]*?)\n\}/,
  )![1]!
  const names = [...declared.matchAll(/^ {2}(\w+)\(/gm)].map(match => match[1]!)
  expect(Object.keys(native()).sort()).toEqual(names.sort())
})
