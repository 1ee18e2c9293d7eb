import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pandasTableProgram, readmeBlocks, readmeScripts, runBlock } from './readme-blocks.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-readme-'))

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'millrace'), 'junction')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the programs of README.md run and print what it says', () => {
  readmeBlocks().forEach((block, index) => {
    test(`${index + 1}: ${block.title}`, () => {
      const printed = runBlock(block, folder)
      expect(printed).toBe(block.output ?? printed)
    })
  })
})

test('every line of the table for pandas users runs', () => {
  const printed = runBlock({ title: '', code: pandasTableProgram(), output: undefined }, folder)
  expect(printed).toContain('df.filter(df.Close.gt(0)) -> 499500')
  expect(printed.match(/ -> /g)?.length).toBeGreaterThan(30)
})

test('README.md has the program of the main job', () => {
  expect(
    readmeBlocks().some(({ code }) => /readCsv[\s\S]*groupBy[\s\S]*mean\(\)[\s\S]*compute\(/.test(code)),
  ).toBe(true)
})

test('the npm scripts that README.md names exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(readmeScripts()))
})
