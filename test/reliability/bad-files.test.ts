// Every bad file is one quick coded error that names its place and the remedy; the next query is right.
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MillraceError, readCsv } from 'millrace'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'millrace-bad-'))
const good = join(folder, 'good.csv')
beforeAll(() => writeFileSync(good, 'k,v\na,1\nb,2\na,3\n'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(async () => {
  const table = await readCsv(good).groupBy('k').v.sum().compute()
  expect(table.toObjects()).toEqual([
    { k: 'a', v: 4 },
    { k: 'b', v: 2 },
  ])
})

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** What the call fails with, which must be within `ms` milliseconds. */
async function failure(call: () => unknown, ms = 5000): Promise<MillraceError> {
  const began = performance.now()
  const error = await Promise.resolve()
    .then(call)
    .then(
      () => expect.fail('no error'),
      (reason: unknown) => reason,
    )
  expect(error).toBeInstanceOf(MillraceError)
  expect(performance.now() - began).toBeLessThan(ms)
  return error as MillraceError
}

test('text deep in a number column names file, line, column, text and what to do', async () => {
  const path = file('late.csv', `k,v\n${'a,1\n'.repeat(1_000_000)}a,oops\n`)
  const error = await failure(() => readCsv(path).groupBy('k').v.sum().compute())
  expect(error).toMatchObject({
    code: 'ERR_CSV_TYPE',
    file: path,
    line: 1_000_002,
    column: 'v',
    text: 'oops',
  })
  expect(error.message).toMatch(/late\.csv:1000002: "oops".*"v"[\s\S]*schema[\s\S]*nullValues[\s\S]*onError/)
})

test('a quote opened at the first byte of a large file is one error', async () => {
  const path = file('quote.csv', `"${'x,y\n'.repeat(5_000_000)}`)
  expect(await failure(() => readCsv(path).compute())).toMatchObject({ code: 'ERR_CSV_QUOTE', line: 1 })
})

test('a quote opened in a row and never closed names that row', async () => {
  const path = file('open.csv', `k,v\n${'a,1\n'.repeat(100_000)}"b,2\n${'a,1\n'.repeat(100_000)}`)
  const error = await failure(() => readCsv(path).rowCount())
  expect(error).toMatchObject({ code: 'ERR_CSV_QUOTE', line: 100_002 })
  expect(await readCsv(path, { quote: null }).rowCount()).toBe(200_001)
})

test('a line of commas stops at maxColumns, in the head and behind it', async () => {
  const commas = ','.repeat(20_000_000)
  expect(await failure(() => readCsv(file('head.csv', commas)).compute())).toMatchObject({
    code: 'ERR_CSV_TOO_MANY_COLUMNS',
  })
  const later = file('later.csv', `k,v\na,1\n${commas}\n`)
  expect(await failure(() => readCsv(later).rowCount())).toMatchObject({ code: 'ERR_CSV_RAGGED', line: 3 })
  const skipped = () => readCsv(later, { onError: 'skip', maxColumns: 1000 }).rowCount()
  expect(await failure(skipped)).toMatchObject({ code: 'ERR_CSV_TOO_MANY_COLUMNS' })
})

test('a field longer than maxFieldBytes is an error, a longer limit reads it', async () => {
  const path = file('field.csv', `k,v\na,${'x'.repeat(100_000)}\n`)
  const read = (maxFieldBytes: number) => readCsv(path, { maxFieldBytes }).compute()
  expect(await failure(() => read(99_999))).toMatchObject({ code: 'ERR_CSV_FIELD_TOO_LARGE', line: 2 })
  expect((await read(100_000)).toObjects()[0]?.v).toHaveLength(100_000)
})

test('invalid UTF-8 and NUL bytes are told apart from text', async () => {
  const broken = file(
    'broken.csv',
    Buffer.concat([Buffer.from('k,v\n'), Buffer.from([0xff, 0x2c, 0x31, 10])]),
  )
  expect(await failure(() => readCsv(broken).compute())).toMatchObject({
    code: 'ERR_CSV_ENCODING',
    column: 'k',
  })
  expect((await readCsv(broken, { encoding: 'latin1' }).compute()).toObjects()).toEqual([{ k: 'ÿ', v: 1 }])
  const utf16 = file('utf16.csv', Buffer.from('\ufeffk,v\na,1\n', 'utf16le'))
  const error = await failure(() => readCsv(utf16).compute())
  expect(error).toMatchObject({ code: 'ERR_CSV_ENCODING' })
  expect(error.message).toContain('iconv')
})

test('a file that shrinks or grows while it is read is an error, never a short result', async () => {
  const path = join(folder, 'changing.csv')
  const rows = 400_000
  const text = `k,v\n${'a,1\n'.repeat(rows)}`
  const outcomes = new Set<string>()
  for (let round = 0; round < 20; round++) {
    writeFileSync(path, text)
    const query = readCsv(path).rowCount()
    if (round % 2) truncateSync(path, text.length / 2)
    else appendFileSync(path, 'a,1\n')
    const outcome = await query.then(String, (error: MillraceError) => error.code)
    outcomes.add(outcome)
    expect(['ERR_FILE_CHANGED', String(rows), String(rows + 1), String(rows / 2)]).toContain(outcome)
  }
  expect(outcomes).toContain('ERR_FILE_CHANGED')
})

test('ragged rows are an error, or padded and cut, or dropped and counted', async () => {
  const path = file('ragged.csv', 'k,v\na,1\nb\nc,3,4\nd,5\n')
  expect(await failure(() => readCsv(path).compute())).toMatchObject({
    code: 'ERR_CSV_RAGGED',
    line: 3,
    text: 'b',
  })
  const nulls = await readCsv(path, { onError: 'null' }).compute()
  expect(nulls.toObjects().map(row => row.v)).toEqual([1, null, 3, 5])
  expect(nulls.stats.rowsRepaired).toBe(2)
  const kept = await readCsv(path, { onError: 'skip' }).compute()
  expect(kept.toObjects().map(row => row.k)).toEqual(['a', 'd'])
  expect(kept.stats.rowsSkipped).toBe(2)
})

test('a memory limit that is too small says so, one that suffices does not', async () => {
  const path = file('wide.csv', `k,v\n${'some text,1\n'.repeat(200_000)}`)
  const error = await failure(() => readCsv(path).compute({ memoryLimit: '1MB' }))
  expect(error).toMatchObject({ code: 'ERR_MEMORY_LIMIT' })
  expect(error.message).toContain('memoryLimit')
  expect(
    (await readCsv(path).groupBy('k').v.sum().compute({ memoryLimit: '10MB' })).toObjects(),
  ).toHaveLength(1)
})
