// Errors of casts and parses name the row that they are about, wherever that row can be looked up: by file and line, or
// by its place in the frame in memory that the query reads.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DataFrame, fromColumns, MillraceError, readCsv } from 'millrace'
import { afterAll, expect, test } from 'vitest'
import { generator, seed } from '../random.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-rows-'))
afterAll(() => rmSync(folder, { recursive: true }))

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const say = `seed ${seed}`

async function failure(frame: DataFrame<any>, threads: number): Promise<MillraceError> {
  const outcome = await frame.compute({ threads }).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(outcome, say).toBeInstanceOf(MillraceError)
  return outcome as MillraceError
}

/** Texts of numbers, but for a few, and a number that filters look at. */
function randomRows(rows: number) {
  const bad = new Set(Array.from({ length: 1 + int(4) }, () => int(rows)))
  const texts = Array.from({ length: rows }, (_, row) => (bad.has(row) ? `bad ${row}` : `${row}`))
  const marks = Array.from({ length: rows }, () => int(4))
  return { bad, texts, marks }
}

/** Each with the first row that it fails for, or -1. */
function queries(frame: DataFrame<any>, { bad, marks }: ReturnType<typeof randomRows>) {
  const first = (wanted: (row: number) => boolean) =>
    [...bad].sort((a, b) => a - b).find(row => wanted(row)) ?? -1
  const any = frame as any
  return [
    [any.select((c: any) => ({ n: c.text.cast('int64') })), first(() => true)],
    [
      any.filter(any.mark.ne(0)).withColumns((c: any) => ({ n: c.text.str.toNumber() })),
      first(row => marks[row] !== 0),
    ],
    [
      any
        .filter(any.mark.ne(1))
        .select((c: any) => ({ n: c.text.cast('int32'), text: c.text }))
        .filter((c: any) => c.n.ge(0)),
      first(row => marks[row] !== 1),
    ],
    [any.filter(any.text.cast('int64').ge(0)).agg((c: any) => ({ n: c.mark.sum() })), first(() => true)],
    [
      any
        .filter(any.mark.gt(1))
        .groupBy('mark')
        .agg((c: any) => ({ n: c.text.str.toInteger().sum() })),
      first(row => marks[row]! > 1),
    ],
  ] as const
}

async function checkRows(
  frame: DataFrame<any>,
  rows: ReturnType<typeof randomRows>,
  check: (error: MillraceError, row: number) => void,
): Promise<void> {
  for (const [query, row] of queries(frame, rows)) {
    for (const threads of [1, 2, 3, 8]) {
      if (row < 0) {
        await query.compute({ threads })
        continue
      }
      const error = await failure(query, threads)
      expect(error, say).toMatchObject({ code: 'ERR_CAST', column: 'text', text: `bad ${row}` })
      check(error, row)
    }
  }
}

test(`of a frame in memory: its first row that cannot be read, from 0 (${say})`, async () => {
  for (const rowCount of [1, 900, 3_000, 300_000]) {
    const rows = randomRows(rowCount)
    const { texts: text, marks } = rows
    const schema = { text: 'utf8', mark: 'int8' } as const
    const copied = fromColumns({ text, mark: marks }, { schema }) as unknown as DataFrame<any>
    const dict = fromColumns({ text, mark: marks }, { schema: { text: 'dict', mark: 'int8' } })
    const lent = fromColumns({ text, mark: Int8Array.from(marks) }) as unknown as DataFrame<any>
    const hot = await copied.persist()
    for (const frame of [copied, dict as unknown as DataFrame<any>, lent, hot as unknown as DataFrame<any>])
      await checkRows(frame, rows, (error, row) => {
        expect(error.row, say).toBe(row)
        expect(error.message).toContain(`row ${row} of the frame in memory: `)
        expect(error.file).toBe(undefined)
      })
    hot[Symbol.dispose]()
  }
})

test(`of a CSV file, file and line, where fields may have lines of their own (${say})`, async () => {
  for (const rowCount of [1, 900, 60_000]) {
    const rows = randomRows(rowCount)
    const lines: string[] = ['text,mark,note']
    const lineOf: number[] = []
    let line = 2
    for (const [row, text] of rows.texts.entries()) {
      lineOf.push(line)
      const note = int(10) === 0 ? '"two\nlines"' : 'one'
      lines.push(`${text},${rows.marks[row]},${note}`)
      line += note === 'one' ? 1 : 2
    }
    const file = join(folder, `rows-${rowCount}.csv`)
    writeFileSync(file, `${lines.join('\n')}\n`)
    const schema = { text: 'utf8', mark: 'int8', note: 'utf8' } as const
    const check = (error: MillraceError, row: number) => {
      expect(error.line, say).toBe(lineOf[row])
      expect(error.message).toContain(`:${lineOf[row]}: cannot cast`)
      expect(error.row).toBe(undefined)
    }
    await checkRows(readCsv(file, { schema }) as unknown as DataFrame<any>, rows, (error, row) => {
      expect(error.file).toBe(file)
      check(error, row)
    })
    const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`)
    await checkRows(readCsv(bytes, { schema }) as unknown as DataFrame<any>, rows, check)
  }
})

test('of dates, zones and sums that do not fit too', async () => {
  const frame = fromColumns({ s: ['2024-01-01', '2024-13-01'], n: [1n, 2n ** 62n] })
  expect(
    await failure(
      frame.select(c => ({ d: c.s.str.toDate() })),
      1,
    ),
  ).toMatchObject({ code: 'ERR_CAST', row: 1 })
  expect(
    await failure(
      frame.select(c => ({ d: c.n.mul(2) })),
      1,
    ),
  ).toMatchObject({ code: 'ERR_OVERFLOW', row: 1 })
  const at = fromColumns({ t: [new Date('2024-03-30T02:30:00Z'), new Date('2024-03-31T02:30:00Z')] })
  expect(
    await failure(
      at.select(c => ({ u: c.t.dt.toUtc('Europe/Berlin') })),
      1,
    ),
  ).toMatchObject({
    code: 'ERR_CAST',
    row: 1,
  })
})

test('not where nobody could look the row up', async () => {
  const frame = fromColumns({ text: ['1', 'x', '3'], n: [3, 2, 1] })
  // Rows that an operator made have no place in a frame of the caller's, and a literal fails for every row.
  const cut = frame.slice(1, 2).select(c => ({ n: c.text.cast('int64') }))
  const sorted = frame
    .sortBy('n')
    .head(3)
    .distinct('n')
    .select(c => ({ n: c.text.cast('int64') }))
  const joined = frame.join(frame.select('n'), { on: 'n' }).select(c => ({ n: c.text.cast('int64') }))
  const mapped = frame
    .mapBatches(({ text }) => ({ text: [...text.values] }), { returns: { text: 'utf8' } })
    .select(c => ({ n: c.text.cast('int64') }))
  const extracted = frame.select(c => ({ n: c.text.str.extract(/([a-z0-9])/).str.toInteger() }))
  for (const query of [cut, sorted, joined, mapped, extracted]) {
    const error = await failure(query as unknown as DataFrame<any>, 2)
    expect(error).toMatchObject({ code: 'ERR_CAST', text: 'x' })
    expect(error.row).toBe(undefined)
    expect(error.message).toMatch(/^cannot cast/)
  }
})
