// Reads and allocations that fail at every point: an error or the right answer, and nothing leaks.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MillraceError, readCsv } from 'millrace'
import { afterAll, afterEach, expect, test } from 'vitest'
import { native } from '../../dist/native.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-faults-'))
const path = join(folder, 'data.csv')
const rows = 20_000
writeFileSync(path, `k,v\n${Array.from({ length: rows }, (_, i) => `key ${i % 50},${i % 7}`).join('\n')}\n`)
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => native().faultInjection('allocation', -1, false))

const query = () =>
  readCsv(path)
    .filter(c => c.v.gt(0))
    .groupBy('k')
    .v.sum()
const expected = (await query().compute()).toObjects()

async function outcome(): Promise<string> {
  try {
    expect((await query().compute({ threads: 2 })).toObjects()).toEqual(expected)
    return 'ok'
  } catch (error) {
    return (error as MillraceError).code
  }
}

test('any read that fails is ERR_IO; short and interrupted reads change nothing', async () => {
  const seen = new Set<string>()
  for (let at = 0; at < 12; at++) {
    for (const forever of [false, true]) {
      native().faultInjection('read', at, forever)
      const got = await outcome()
      native().faultInjection('read', -1, false)
      expect(['ok', 'ERR_IO']).toContain(got)
      seen.add(got)
      for (const kind of ['shortRead', 'interruptedRead']) {
        native().faultInjection(kind, at, forever && kind === 'shortRead')
        expect(await outcome()).toBe('ok')
        native().faultInjection(kind, -1, false)
      }
    }
  }
  expect(seen).toEqual(new Set(['ok', 'ERR_IO']))
})

test('any allocation that fails is ERR_MEMORY_LIMIT, and the next query is right', async () => {
  const seen = new Set<string>()
  for (let at = 0; at < 400; at += 1 + Math.floor(at / 20)) {
    native().faultInjection('allocation', at, at % 2 === 0)
    const got = await outcome()
    native().faultInjection('allocation', -1, false)
    expect(['ok', 'ERR_MEMORY_LIMIT']).toContain(got)
    seen.add(got)
    expect(await outcome()).toBe('ok')
  }
  expect(seen).toContain('ERR_MEMORY_LIMIT')
})

test.runIf(process.platform === 'linux')(
  'queries that end, fail or are aborted leave no descriptor open',
  async () => {
    const open = () => readdirSync('/proc/self/fd').length
    await outcome()
    const before = open()
    for (let round = 0; round < 60; round++) {
      await query().compute()
      const controller = new AbortController()
      const aborted = query().compute({ signal: controller.signal })
      controller.abort()
      await expect(aborted).rejects.toThrow('aborted')
      await expect(readCsv(join(folder, 'data.csv'), { schema: { k: 'int64' } }).compute()).rejects.toThrow()
    }
    expect(open()).toBeLessThanOrEqual(before + 2)
  },
)

test('memory stays flat over thousands of queries', async () => {
  const tiny = () => readCsv(Buffer.from('k,v\na,1\nb,2\n')).groupBy('k').v.sum().compute()
  for (let i = 0; i < 1500; i++) await tiny()
  const before = process.memoryUsage().rss
  for (let i = 0; i < 3000; i++) await tiny()
  expect(process.memoryUsage().rss - before).toBeLessThan(40e6)
})

test('all SIMD levels give the same table', async () => {
  const before = native().engineInfo().simd
  const levels = ['scalar', 'sse2', 'avx2', 'avx512', 'neon'].filter(level =>
    native().faultInjection(`simd:${level}`, 0, false),
  )
  expect(levels).toContain('scalar')
  for (const level of levels) {
    native().faultInjection(`simd:${level}`, 0, false)
    expect((await query().compute()).toObjects()).toEqual(expected)
  }
  native().faultInjection(`simd:${before}`, 0, false)
})
