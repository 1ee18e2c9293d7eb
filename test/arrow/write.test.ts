// What toArrow writes, read by apache-arrow, flechette and fromArrow.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as flechette from '@uwdata/flechette'
import * as arrow from 'apache-arrow'
import { type DataFrame, fromArrow, fromColumns } from 'millrace'
import { afterAll, expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { joined, messagesOf } from './messages.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-arrow-'))
afterAll(() => rmSync(folder, { recursive: true }))

const random = generator(seed)
const integer = (below: number) => Math.floor(random() * below)
const schema = {
  i8: 'int8?',
  u16: 'uint16?',
  i32: 'int32?',
  u32: 'uint32?',
  i64: 'int64?',
  u64: 'uint64?',
  f32: 'float32?',
  f64: 'float64?',
  on: 'bool?',
  day: 'date?',
  ms: 'timestamp[ms]?',
  us: 'timestamp[us]?',
  ns: 'timestamp[ns]?',
  text: 'utf8?',
  kind: 'dict?',
} as const

function randomFrame(rows: number, nulls: number) {
  const column = <T>(value: () => T) =>
    Array.from({ length: rows }, () => (random() < nulls ? null : value()))
  const day = () => new Date(integer(20_000) * 86_400_000)
  const columns = {
    i8: column(() => integer(256) - 128),
    u16: column(() => integer(65_536)),
    i32: column(() => integer(2 ** 32) - 2 ** 31),
    u32: column(() => integer(2 ** 32)),
    i64: column(() => BigInt(integer(2 ** 50)) * 8191n - 2n ** 62n),
    u64: column(() => BigInt(integer(2 ** 50)) * 16_383n),
    f32: column(() => Math.fround(random())),
    f64: column(() => (random() < 0.1 ? Number.NaN : random() - 0.5)),
    on: column(() => random() < 0.5),
    day: column(day),
    ms: column(() => new Date(integer(1e12))),
    us: column(day),
    ns: column(day),
    text: column(() => ['', 'a', 'Zürich', '💧'.repeat(integer(20))][integer(4)] as string),
    kind: column(() => `kind ${integer(5) * 7}`),
  }
  return { columns, df: fromColumns(columns as never, { schema } as never) as unknown as DataFrame<any> }
}

const values = async (df: DataFrame<any>) => (await df.compute({ int64: 'bigint' })).toColumns()

test.each([0, 1, 7, 8, 9, 1000])(
  '%i rows come back, with and without nulls, in both formats, in batches of any size',
  async rows => {
    for (const nulls of [0, 0.3, 1]) {
      const { columns, df } = randomFrame(rows, nulls)
      const table = await df.compute()
      for (const format of ['stream', 'file'] as const) {
        for (const batchRows of [undefined, 1, 3, 8, 100]) {
          const options = { format, ...(batchRows && { batchRows }) }
          const back = fromArrow(table.toArrow(options))
          expect(await values(back)).toEqual(columns)
          expect(back.columns).toEqual(df.columns)
          const pieces: Uint8Array[] = []
          for await (const piece of df.toArrow(options)) pieces.push(piece)
          expect(await values(fromArrow(pieces))).toEqual(columns)
          expect(await values(fromArrow(joined(...pieces)))).toEqual(columns)
        }
      }
    }
  },
)

test('apache-arrow and flechette read the same types and values', async () => {
  const { columns, df } = randomFrame(500, 0.2)
  const table = await df.compute()
  const pieces: Uint8Array[] = []
  for await (const piece of df.toArrow({ batchRows: 90 })) pieces.push(piece)
  const files: Uint8Array[] = []
  for await (const piece of df.toArrow({ batchRows: 90, format: 'file' })) files.push(piece)
  for (const bytes of [
    table.toArrow(),
    table.toArrow({ format: 'file', batchRows: 33 }),
    joined(...pieces),
    joined(...files),
  ]) {
    const read = arrow.tableFromIPC(bytes)
    expect(read.schema.fields.map(field => String(field.type))).toEqual([
      'Int8',
      'Uint16',
      'Int32',
      'Uint32',
      'Int64',
      'Uint64',
      'Float32',
      'Float64',
      'Bool',
      'Date32<DAY>',
      'Timestamp<MILLISECOND>',
      'Timestamp<MICROSECOND>',
      'Timestamp<NANOSECOND>',
      'Utf8',
      'Dictionary<Int32, Utf8>',
    ])
    const light = flechette.tableFromIPC(bytes, { useBigInt: true })
    for (const [name, expected] of Object.entries(columns)) {
      const times = expected.map(value => (value instanceof Date ? value.getTime() : value))
      expect(
        [...read.getChild(name)!].map(value => (value instanceof Date ? value.getTime() : value)),
      ).toEqual(times)
      expect([...light.getChild(name)]).toEqual(times)
    }
  }
})

test('nullable is what has nulls or may have some', async () => {
  const df = fromColumns({ a: [1, 2], b: [1, null] })
  const { schema } = arrow.tableFromIPC((await df.compute()).toArrow())
  expect(schema.fields.map(field => field.nullable)).toEqual([false, true])
})

test('batchRows says how long the batches are', async () => {
  const df = fromColumns({ x: new Int32Array(100) })
  const lengths = (bytes: Uint8Array) => arrow.tableFromIPC(bytes).batches.map(batch => batch.numRows)
  const table = await df.compute()
  expect(lengths(table.toArrow())).toEqual([100])
  expect(lengths(table.toArrow({ batchRows: 40 }))).toEqual([40, 40, 20])
  const pieces: Uint8Array[] = []
  for await (const piece of df.toArrow({ batchRows: 40 })) pieces.push(piece)
  expect(lengths(joined(...pieces))).toEqual([40, 40, 20])
})

test('a dictionary is written once, and then what it lacks', async () => {
  const kinds = ['a', 'b', 'a', 'c', 'a', 'a', null, 'd']
  const df = fromColumns({ k: kinds }, { schema: { k: 'dict?' } })
  const pieces: Uint8Array[] = []
  for await (const piece of df.toArrow({ batchRows: 2 })) pieces.push(piece)
  // The schema; four batches; dictionaries a b, c, none, d.
  expect(messagesOf(joined(...pieces))).toHaveLength(1 + 4 + 3)
  expect([...arrow.tableFromIPC(joined(...pieces)).getChild('k')!]).toEqual(kinds)
  expect([...flechette.tableFromIPC(joined(...pieces)).getChild('k')]).toEqual(kinds)
})

test('a frame goes to a file and comes back from it', async () => {
  const x = Float64Array.from({ length: 200_000 }, (_, row) => row)
  const path = join(folder, 'x.arrow')
  await writeFile(path, fromColumns({ x }).toArrow({ format: 'file' }))
  const df = fromArrow(readFileSync(path))
  expect((await df.agg(c => ({ sum: c.x.sum(), n: c.x.count() })).compute()).toObjects()).toEqual([
    { sum: (200_000 * 199_999) / 2, n: 200_000 },
  ])
})

test('bytes hold what a query of other steps gives', async () => {
  const { df } = randomFrame(2000, 0.1)
  const query = df.groupBy('kind').agg(c => ({ n: c.i32.count(), text: c.text.max(), days: c.day.nUnique() }))
  expect(await values(fromArrow((await query.compute()).toArrow()))).toEqual(await values(query))
})

test('pieces that nobody takes cost nothing, and leaving early ends the query', async () => {
  const df = fromColumns({ x: new Float64Array(1_000_000) })
  const pieces = df.toArrow({ batchRows: 1000 })
  await pieces.next()
  await pieces.next()
  expect(await pieces.return!()).toEqual({ done: true, value: undefined })
  expect((await pieces.next()).done).toBe(true)
})

test('an aborted stream rejects with the reason', async () => {
  const reason = new Error('enough')
  const pieces = fromColumns({ x: new Float64Array(10) }).toArrow({ signal: AbortSignal.abort(reason) })
  await pieces.next()
  await expect(pieces.next()).rejects.toBe(reason)
})

test.each([
  [{ format: 'parquet' }, 'ERR_INVALID_ARGUMENT'],
  [{ batchRows: 0 }, 'ERR_INVALID_ARGUMENT'],
  [{ rows: 5 }, 'ERR_UNKNOWN_OPTION'],
])('toArrow(%j) is refused', async (options, code) => {
  const df = fromColumns({ x: [1] })
  const table = await df.compute()
  expect(() => table.toArrow(options as never)).toThrow(expect.objectContaining({ code }))
  expect(() => df.toArrow(options as never)).toThrow(expect.objectContaining({ code }))
})
