// Bytes that are damaged or made to harm: a coded error or a frame, never a crash, a hang or gigabytes.
import { readFileSync } from 'node:fs'
import * as arrow from 'apache-arrow'
import { fromArrow, fromColumns, MillraceError } from 'millrace'
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { endOfStream, joined, messagesOf } from './messages.js'
import { zstdDecompressSync } from './zstd.js'

const rounds = Number(process.env.MILLRACE_TEST_ROUNDS ?? 1500)
const random = generator(seed)
const integer = (below: number) => Math.floor(random() * below)

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url))
const frame = fromColumns(
  {
    n: [1, null, 3, 4, 5, 6, 7, null, 9, 10],
    t: ['a', 'é', '💧', '', null, 'abc', 'a much longer text', 'x', 'y', 'z'],
    k: ['a', 'b', 'a', null, 'c', 'a', 'b', 'c', 'd', 'a'],
    b: [true, false, null, true, true, false, true, false, true, true],
  },
  { schema: { n: 'int64?', k: 'dict?' } },
)
const table = await frame.compute()
const pieces: Uint8Array[] = []
for await (const piece of frame.toArrow({ batchRows: 3, format: 'file' })) pieces.push(piece)
const views = new arrow.Table({
  large: arrow.vectorFromArray(['a', null, 'ccc'], new arrow.LargeUtf8()),
  s: arrow.vectorFromArray([0, null, 2000], new arrow.TimestampSecond()),
  half: arrow.vectorFromArray([0.5, null, 2], new arrow.Float16()),
  coded: arrow.vectorFromArray([5, null, 6], new arrow.Dictionary(new arrow.Int16(), new arrow.Int8())),
})

const bases: Record<string, Uint8Array> = {
  stream: table.toArrow(),
  'stream of batches': table.toArrow({ batchRows: 4 }),
  file: joined(...pieces),
  'other types': arrow.tableToIPC(views, 'stream'),
  'types without dtype': fixture('pyarrow-other-types.file'),
  'LZ4, views': fixture('pyarrow-lz4.stream'),
  legacy: fixture('pyarrow-legacy.stream'),
  ...(zstdDecompressSync && { Zstandard: fixture('pyarrow-zstd.file') }),
}

const extremes = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 8, 255, 65_535, 1 << 24]

function mutated(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes)
  const view = new DataView(out.buffer)
  for (let changes = integer(3) + 1; changes > 0; changes--) {
    const at = integer(out.length)
    const word = integer(Math.floor(out.length / 4)) * 4
    switch (integer(6)) {
      case 0:
        out[at] = integer(256)
        break
      case 1:
        out[at] = (out[at] as number) ^ (1 << integer(8))
        break
      case 2:
        view.setInt32(word, extremes[integer(extremes.length)] as number, true)
        break
      case 3:
        view.setInt32(word, view.getInt32(word, true) + integer(65) - 32, true)
        break
      case 4:
        out.copyWithin(at, integer(out.length), integer(out.length))
        break
      default:
        return out.subarray(0, at)
    }
  }
  return out
}

/** The code of the error, or undefined where a frame came of it, which was then read. */
async function outcome(bytes: Uint8Array): Promise<string | undefined> {
  try {
    const df = fromArrow(bytes)
    const result = await df.compute({ int64: 'bigint', dates: 'ms', memoryLimit: '500MB' })
    for (const column of df.columns) result.col(column).toArray()
    const [first] = df.columns
    if (first !== undefined)
      await df
        .groupBy(first)
        .agg(c => ({ rows: c[first]!.count() }))
        .compute()
    return undefined
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    expect(error.code).not.toBe('ERR_INTERNAL')
    return error.code
  }
}

test.each(Object.entries(bases))(
  '%s with random damage ends in a frame or a coded error, soon',
  async (_name, bytes) => {
    const codes = new Set<string | undefined>()
    for (let round = 0; round < rounds; round++) {
      const damaged = mutated(bytes)
      const began = performance.now()
      try {
        codes.add(await outcome(damaged))
      } catch (error) {
        throw new Error(`seed ${seed}, bytes ${Buffer.from(damaged).toString('base64')}`, { cause: error })
      }
      expect(performance.now() - began).toBeLessThan(5000)
    }
    expect(codes).toContain('ERR_ARROW_FORMAT')
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(1e9)
  },
)

test.each(Object.entries(bases))(
  '%s cut short anywhere is no frame with fewer columns',
  async (_name, bytes) => {
    const whole = fromArrow(bytes, _name === 'types without dtype' ? { columns: ['before'] } : {})
    for (let length = 0; length < Math.min(bytes.length, 6000); length += 1 + (length >> 6)) {
      try {
        expect(fromArrow(bytes.subarray(0, length)).columns).toEqual(whole.columns)
      } catch (error) {
        expect(['ERR_ARROW_FORMAT', 'ERR_TYPE']).toContain((error as MillraceError).code)
      }
    }
  },
)

const code = async (bytes: Uint8Array) => (await outcome(bytes)) ?? 'a frame'

test.each([
  ['nothing', new Uint8Array(0)],
  ['seven bytes', new Uint8Array(7)],
  ['zeros', new Uint8Array(1000)],
  ['ones', new Uint8Array(1000).fill(255)],
  ['CSV', Buffer.from('a,b\n1,2\n3,4\n')],
  ['JSON', Buffer.from('{"a":[1,2,3],"b":[4,5,6]}')],
  ['Parquet', Buffer.from('PAR1 and so on')],
  ['Feather 1', Buffer.from('FEA1 and so on')],
  ['a magic without a file', Buffer.from('ARROW1\0\0')],
  ['a file without footer', Buffer.from('ARROW1\0\0\0\0\0\0\0\0\0\0ARROW1')],
  ['an end of stream alone', endOfStream],
])('%s is no Arrow', async (_name, bytes) => {
  expect(await code(bytes)).toBe('ERR_ARROW_FORMAT')
})

test('what is often taken for Arrow is named', () => {
  expect(() => fromArrow(Buffer.from('PAR1 and so on'))).toThrow(/Parquet/)
  expect(() => fromArrow(Buffer.from('FEA1 and so on'))).toThrow(/Feather/)
})

test('batches before the schema, and a second schema, are refused', async () => {
  const [schema, batch] = messagesOf((await frame.select('n').compute()).toArrow()) as [
    Uint8Array,
    Uint8Array,
  ]
  expect(await code(joined(batch, endOfStream))).toBe('ERR_ARROW_FORMAT')
  expect(await code(joined(schema, schema, endOfStream))).toBe('ERR_ARROW_FORMAT')
  expect(await code(joined(schema, batch))).toBe('a frame')
})

/** A stream of one column of text, whose bytes and positions are the given ones. */
function textStream(text: number[], offsets: number[]): Uint8Array {
  const data = arrow.makeData({
    type: new arrow.Utf8(),
    length: offsets.length - 1,
    nullCount: 0,
    valueOffsets: Int32Array.from(offsets),
    data: Uint8Array.from(text),
  })
  const schema = new arrow.Schema([arrow.Field.new({ name: 't', type: new arrow.Utf8() })])
  const rows = arrow.makeData({
    type: new arrow.Struct(schema.fields),
    length: offsets.length - 1,
    nullCount: 0,
    children: [data],
  })
  return arrow.tableToIPC(new arrow.Table([new arrow.RecordBatch(schema, rows)]))
}

test.each([
  ['an invalid byte', [97, 255, 98], [0, 1, 2, 3]],
  ['a surrogate', [0xed, 0xa0, 0x80], [0, 3]],
  ['an overlong form', [0xc0, 0x80], [0, 2]],
  ['half a character at the end', [97, 0xc3], [0, 2]],
  ['a position inside a character', [0xc3, 0xa9], [0, 1, 2]],
  ['positions that go back', [97, 98, 99], [0, 2, 1]],
  ['positions past the end', [97, 98, 99], [0, 1, 30_000]],
  ['negative positions', [97, 98, 99], [0, -1, 2]],
])('text with %s is refused', async (_name, text, offsets) => {
  expect(await code(textStream(text, offsets))).toBe('ERR_ARROW_FORMAT')
  expect(() => fromArrow(textStream(text, offsets))).toThrow(/"t"/)
})

test('text that begins in the middle of its bytes is read', async () => {
  const df = fromArrow(textStream([255, 97, 0xc3, 0xa9, 255], [1, 2, 4]))
  expect((await df.compute()).t.toArray()).toEqual(['a', 'é'])
})

test('lengths that the bytes do not have take no memory', async () => {
  const bytes = (await fromColumns({ x: new Float64Array(5) }).compute()).toArrow()
  const view = new DataView(bytes.buffer)
  const before = process.memoryUsage().arrayBuffers
  let refused = 0
  for (let at = 0; at + 8 <= bytes.length; at += 4) {
    const old = view.getBigInt64(at, true)
    for (const length of [2n ** 31n - 1n, 2n ** 40n, 2n ** 53n - 1n, 2n ** 62n, -1n]) {
      view.setBigInt64(at, length, true)
      if ((await outcome(bytes)) === 'ERR_ARROW_FORMAT') refused++
    }
    view.setBigInt64(at, old, true)
  }
  expect(refused).toBeGreaterThan(200)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e8)
})

test('a column of the type Null with any number of rows takes no memory', async () => {
  const bytes = arrow.tableToIPC(
    new arrow.Table({ x: arrow.vectorFromArray([null, null, null], new arrow.Null()) }),
  )
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    if (view.getBigInt64(at, true) === 3n) view.setBigInt64(at, 10n ** 12n, true)
  }
  expect((await fromArrow(bytes).head(2).compute()).toObjects()).toEqual([{ x: null }, { x: null }])
  await expect(fromArrow(bytes).compute({ memoryLimit: '10MB', spill: 'never' })).rejects.toMatchObject({
    code: 'ERR_MEMORY_LIMIT',
  })
})

test('codes outside their dictionary are refused', async () => {
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 0)
  const stream = (values: string[]) =>
    messagesOf(arrow.tableToIPC(new arrow.Table({ k: arrow.vectorFromArray(values, type) })))
  const [schema, , batch] = stream(['a', 'b', 'c']) as [Uint8Array, Uint8Array, Uint8Array]
  const [, fewer] = stream(['a', 'b']) as [Uint8Array, Uint8Array]
  expect(await code(joined(schema, fewer, batch))).toBe('ERR_ARROW_FORMAT')
  expect(await code(joined(schema, batch))).toBe('ERR_ARROW_FORMAT')
})

test('a worker of another program cannot change what was checked', async () => {
  const bytes = table.toArrow()
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  const df = fromArrow(shared)
  shared.fill(255)
  const result = await df.compute({ int64: 'bigint' })
  expect(result.t.toArray()).toEqual(table.t.toArray())
  expect(result.k.toArray()).toEqual(table.k.toArray())
})
