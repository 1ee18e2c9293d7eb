import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromColumns, readCsv } from 'millrace'
import { expect, test } from 'vitest'

const rows = 5_000
const csv = new TextEncoder().encode(
  `k,v\n${Array.from({ length: rows }, (_, i) => `${i % 7},${i}`).join('\n')}\n`,
)
const table = () => readCsv(csv)
const names = fromColumns({ k: [0, 1, 2], name: ['a', 'b', 'c'] })

/** The lines as [step, rows, ms, read, held], told apart by two spaces or more. */
const cells = (text: string) =>
  text
    .split('\n')
    .slice(1, -1)
    .map(line => line.trim().split(/ {2,}/))

const rowsOf = (text: string) =>
  cells(text).map(line => Number(line.find(cell => /^[\d,]+$/.test(cell))?.replaceAll(',', '')))

test('says how many rows left each step, what was read, and what is held', async () => {
  const text = await table()
    .filter(c => c.v.ge(1000))
    .withColumns(c => ({ w: c.v.mul(2) }))
    .filter(c => c.w.lt(8000))
    .groupBy('k')
    .agg(c => ({ sum: c.w.sum() }))
    .explain({ analyze: true })
  expect(text.split('\n')[0]?.trim()).toMatch(/^rows +ms +read +held$/)
  // The two filters are one by then, and it is evaluated in the scan.
  expect(rowsOf(text)[0]).toBe(rows)
  expect(rowsOf(text).slice(1, -1).at(-1)).toBe(3000)
  expect(rowsOf(text).at(-1)).toBe(7)
  expect(text).toContain(`${(csv.length / 1000).toFixed(1)} kB`)
  expect(text.split('\n').at(-1)).toMatch(
    /^[\d.]+ ms in all, \d+ threads? \(\w+\), [\d.]+ kB of memory at the peak(, [\d.]+ kB on disk)?$/,
  )
})

test('joins, sorts, tails and shared inputs have their lines', async () => {
  const base = table().filter(c => c.k.lt(4))
  const text = await base.join(names, { on: 'k' }).sortBy('v').tail(5).explain({ analyze: true })
  const expected = (k: number) => Array.from({ length: rows }, (_, i) => i % 7).filter(key => key < k).length
  const counted = new Map(cells(text).map((line, i) => [line[0] as string, rowsOf(text)[i]]))
  const find = (start: string) => [...counted].find(([step]) => step.includes(start))?.[1]
  expect(find('join(inner')).toBe(expected(3))
  expect(find('filter(')).toBe(expected(4))
  expect(find('memory(')).toBe(3)
  expect(find('sortBy(v)')).toBe(expected(3))
  expect(find('tail(5)')).toBe(5)
})

test('takes the options of a run', async () => {
  const frame = table().sortBy('v')
  expect(await frame.explain({ analyze: true, threads: 1 })).toContain(', 1 thread (')
  await expect(frame.explain({ analyze: true, memoryLimit: 1000 })).rejects.toMatchObject({
    code: 'ERR_MEMORY_LIMIT',
  })
  await expect(frame.explain({ analyze: true, signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  const seen: number[] = []
  await frame.explain({ analyze: true, onProgress: ({ rowsDone }) => seen.push(rowsDone) })
  expect(seen.at(-1)).toBe(rows)
  expect(() => frame.explain({ analyze: true, optimized: false } as never)).toThrow(/what runs is optimized/)
  expect(() => frame.explain({ analyse: true } as never)).toThrow(/analyse.*did you mean.*analyze/is)
})

test('without it nothing runs: a file that is gone since is no error', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'millrace-explain-')), 'gone.csv')
  writeFileSync(path, 'a\n1\n')
  const frame = readCsv(path)
  rmSync(path)
  expect(frame.explain()).toContain(`readCsv(${path})`)
  await expect(frame.explain({ analyze: true })).rejects.toMatchObject({ file: path })
})
