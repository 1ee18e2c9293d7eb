import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { expandBraces, glob, partMatcher } from '../../dist/io/glob.js'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-glob-')))
for (const file of [
  'a.csv',
  'b.csv',
  'b.tsv',
  '.hidden.csv',
  'x[1].csv',
  '2020/01/p.csv',
  '2020/02/p.csv',
  '2021/01/p.csv',
  '2021/01/.q.csv',
  'deep/er/est/z.csv',
]) {
  mkdirSync(join(root, file, '..'), { recursive: true })
  writeFileSync(join(root, file), 'a\n1\n')
}
mkdirSync(join(root, 'folder.csv'))
symlinkSync('..', join(root, 'deep', 'up'))
symlinkSync(join(root, '2021'), join(root, 'link'))
afterAll(() => rmSync(root, { recursive: true }))

const found = (pattern: string) => glob(join(root, pattern)).map(path => relative(root, path))

test.each([
  ['*.csv', ['a.csv', 'b.csv', 'x[1].csv']],
  ['?.csv', ['a.csv', 'b.csv']],
  ['[b-z].csv', ['b.csv']],
  ['[!b].csv', ['a.csv']],
  ['b.{csv,tsv}', ['b.csv', 'b.tsv']],
  ['.*.csv', ['.hidden.csv']],
  ['202[01]/*/p.csv', ['2020/01/p.csv', '2020/02/p.csv', '2021/01/p.csv']],
  ['{2020,2021}/0{1,2}/*.csv', ['2020/01/p.csv', '2020/02/p.csv', '2021/01/p.csv']],
  ['202*/**', ['2020/01/p.csv', '2020/02/p.csv', '2021/01/p.csv']],
  ['**/z.csv', ['deep/er/est/z.csv']],
  ['link/*/p.csv', ['link/01/p.csv']],
  ['no/*.csv', []],
  ['a.csv/*', []],
])('%s finds %j', (pattern, files) => {
  expect(found(pattern)).toEqual(files)
})

test('two stars find files at every depth, once each, and do not follow links up', () => {
  expect(found('**/*.csv')).toEqual([
    '2020/01/p.csv',
    '2020/02/p.csv',
    '2021/01/p.csv',
    'a.csv',
    'b.csv',
    'deep/er/est/z.csv',
    'x[1].csv',
  ])
})

test.each([
  ['a*b*c', 'aXbYc', true],
  ['a*b*c', 'abcX', false],
  ['*', '', true],
  ['?', '', false],
  ['?', '💧', true],
  ['[]]', ']', true],
  ['[!]]', 'a', true],
  ['[a-c]x', 'bx', true],
  ['[a-]', '-', true],
  ['[x', '[x', true],
  ['a.b', 'axb', false],
])('%s on %s is %s', (pattern, name, matches) => {
  expect(partMatcher(pattern)(name)).toBe(matches)
})

test('a pattern made to backtrack takes no time', () => {
  expect(partMatcher('*a'.repeat(30))('a'.repeat(20_000).concat('b'))).toBe(false)
})

test('braces nest', () => {
  expect(expandBraces('{a,b{c,d}}e').sort()).toEqual(['ae', 'bce', 'bde'])
  expect(expandBraces('{a}')).toEqual(['{a}'])
  expect(() => expandBraces('{a,b}'.repeat(12))).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
  )
})
