// Arrow that others wrote: apache-arrow, flechette, and pyarrow (fixtures).
import { readFileSync } from 'node:fs'
import * as flechette from '@uwdata/flechette'
import * as arrow from 'apache-arrow'
import { type ArrowInput, fromArrow, fromColumns } from 'millrace'
import { expect, test } from 'vitest'
import { endOfStream, joined, messagesOf } from './messages.js'
import { zstdDecompressSync } from './zstd.js'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url))
const columns = async (source: ArrowInput): Promise<Record<string, unknown[]>> =>
  (await fromArrow(source).compute({ int64: 'bigint', dates: 'ms' })).toColumns()

const numbers = [1, null, 3, -4]
const bigs = [1n, null, 2n ** 60n, -4n]
const unsigned = [1, null, 3, 200]
const texts = ['a', null, '', 'Zürich 💧']

test.each<[string, arrow.DataType, unknown[], string, unknown[]?]>([
  ['int8', new arrow.Int8(), numbers, 'int8?'],
  ['int16', new arrow.Int16(), numbers, 'int16?'],
  ['int32', new arrow.Int32(), numbers, 'int32?'],
  ['int64', new arrow.Int64(), bigs, 'int64?'],
  ['uint8', new arrow.Uint8(), unsigned, 'uint8?'],
  ['uint16', new arrow.Uint16(), unsigned, 'uint16?'],
  ['uint32', new arrow.Uint32(), unsigned, 'uint32?'],
  ['uint64', new arrow.Uint64(), [1n, null, 2n ** 63n, 7n], 'uint64?'],
  ['float16', new arrow.Float16(), [1.5, null, -0.25, 65504], 'float32?'],
  ['float32', new arrow.Float32(), [1.5, null, Number.POSITIVE_INFINITY, -0], 'float32?'],
  ['float64', new arrow.Float64(), [1.5, null, Number.NaN, -0], 'float64?'],
  ['bool', new arrow.Bool(), [true, null, false, true], 'bool?'],
  ['utf8', new arrow.Utf8(), texts, 'utf8?'],
  ['large utf8', new arrow.LargeUtf8(), texts, 'utf8?'],
  ['dictionary', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()), texts, 'dict?'],
  ['date32', new arrow.DateDay(), [0, null, 86_400_000, -86_400_000], 'date?'],
  ['date64', new arrow.DateMillisecond(), [0, null, 123, -1], 'timestamp[ms]?'],
  ['s', new arrow.TimestampSecond(), [0, null, 2000, -1000], 'timestamp[ms]?'],
  ['ms', new arrow.TimestampMillisecond(), [0, null, 2001, -1], 'timestamp[ms]?'],
  ['us', new arrow.TimestampMicrosecond(), [0, null, 2001, -1], 'timestamp[us]?'],
  ['ns', new arrow.TimestampNanosecond('Europe/Rome'), [0, null, 2001, -1], 'timestamp[ns]?'],
  ['null', new arrow.Null(), [null, null, null, null], 'utf8?'],
])(
  '%s comes as it was written, in both formats, whole or in batches or sliced',
  async (_name, type, values, dtype) => {
    const vector = arrow.vectorFromArray(values, type)
    const table = new arrow.Table({ x: vector, row: arrow.vectorFromArray([0, 1, 2, 3], new arrow.Int32()) })
    const expected = { x: values, row: [0, 1, 2, 3] }
    const batches = new arrow.Table([...table.batches, ...table.batches])
    const twice = { x: [...values, ...values], row: [...expected.row, ...expected.row] }
    const sliced = { x: twice.x.slice(1, 7), row: twice.row.slice(1, 7) }
    for (const format of ['stream', 'file'] as const) {
      expect(fromArrow(arrow.tableToIPC(table, format)).schema).toEqual({ x: dtype, row: 'int32' })
      expect(await columns(arrow.tableToIPC(table, format))).toEqual(expected)
      expect(await columns(arrow.tableToIPC(batches, format))).toEqual(twice)
      expect(await columns(arrow.tableToIPC(batches.slice(1, 7), format))).toEqual(sliced)
    }
    expect(await columns(table)).toEqual(expected)
    expect(await columns(batches)).toEqual(twice)
    expect(await columns(batches.slice(1, 7))).toEqual(sliced)
  },
)

test('what flechette writes is read', async () => {
  const table = flechette.tableFromArrays({
    n: [1, 2, 3],
    t: ['a', 'b', 'a'],
    b: [true, false, true],
    f: new Float32Array([1, 2, 3]),
  })
  for (const format of ['stream', 'file'] as const) {
    const bytes = flechette.tableToIPC(table, { format }) as Uint8Array
    expect(await columns(bytes)).toEqual({
      n: [1, 2, 3],
      t: ['a', 'b', 'a'],
      b: [true, false, true],
      f: [1, 2, 3],
    })
    expect(fromArrow(bytes).schema.t).toBe('dict')
  }
})

// As generate.py says.
const rows = Array.from({ length: 600 }, (_, i) => i)
const text = ['', 'a', 'Zürich', '💧 water', 'longer than twelve bytes']
const orNull = <T>(value: (row: number) => T) => rows.map(row => (row % 10 === 3 ? null : value(row)))
const pyarrow = {
  n: orNull(row => BigInt(row % 100)),
  same: rows.map(() => 0),
  half: orNull(row => (row % 50) / 4),
  on: orNull(row => row % 3 === 0),
  day: rows.map(row => ((row % 1000) - 500) * 86_400_000),
  at: orNull(row => row * 1000),
  text: orNull(row => text[row % 5]),
  large: orNull(row => text[row % 5]),
  view: orNull(row => text[row % 5]),
  kind: orNull(row => text[row % 5]),
  none: rows.map(() => null),
}

test.each(['stream', 'file'])(
  'LZ4 is read, of views, half floats and nulls, in the %s format',
  async format => {
    expect(await columns(fixture(`pyarrow-lz4.${format}`))).toEqual(pyarrow)
  },
)

test('frames of several LZ4 blocks are read', async () => {
  const { x } = await columns(fixture('pyarrow-blocks.stream'))
  expect(x).toEqual(Array.from({ length: 40_000 }, (_, row) => BigInt(row % 1000)))
})

test.each(['stream', 'file'])(
  'Zstandard is read where Node can, and else named, in the %s format',
  async format => {
    const bytes = fixture(`pyarrow-zstd.${format}`)
    if (zstdDecompressSync) expect(await columns(bytes)).toEqual(pyarrow)
    else {
      const error = { code: 'ERR_ARROW_FORMAT', hint: expect.stringContaining('22.15') }
      expect(() => fromArrow(bytes)).toThrow(expect.objectContaining(error))
    }
  },
)

test('the framing of before version 0.15 is read', async () => {
  expect(await columns(fixture('pyarrow-legacy.stream'))).toEqual({ x: [1.5, null, 3], s: ['a', null, 'c'] })
})

test.each([
  ['price', 'Decimal128(10, 2)'],
  ['time', 'Time64'],
  ['took', 'Duration'],
  ['raw', 'Binary'],
  ['fixed', 'FixedSizeBinary'],
  ['views', 'BinaryView'],
  ['list', 'List<item: Utf8>'],
  ['lists', 'LargeList<item: List<item: Utf8View>>'],
  ['pair', 'FixedSizeList<item: Int8>'],
  ['struct', 'Struct<a: Int64, b: Utf8View>'],
  ['map', 'Map<'],
  ['sparse', 'Union<'],
  ['dense', 'Union<'],
  ['runs', 'RunEndEncoded<'],
])('%s, a %s, has no dtype: its name and type are told', (column, type) => {
  const open = () => fromArrow(fixture('pyarrow-other-types.file'), { columns: ['before', column] })
  expect(open).toThrow(
    expect.objectContaining({ code: 'ERR_TYPE', column, message: expect.stringContaining(type) }),
  )
})

test('columns that are not asked for may be of any type', async () => {
  const df = fromArrow(fixture('pyarrow-other-types.file'), { columns: ['after', 'before', 'codes'] })
  expect((await df.compute()).toColumns()).toEqual({
    after: ['left', 'right'],
    before: [1, 2],
    codes: [5, 6],
  })
})

test('decimals say what to do', () => {
  expect(() => fromArrow(fixture('pyarrow-other-types.file'), { columns: ['price'] })).toThrow(/float64/)
})

const pieces = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

test.each([1, 3, 7, 64, 1000, 1e6])(
  'pieces of %i bytes give the same, as an array or one by one',
  async size => {
    for (const format of ['stream', 'file']) {
      const cut = pieces(fixture(`pyarrow-lz4.${format}`), size)
      const later = (async function* () {
        for (const piece of cut) yield piece
      })()
      expect(await columns(cut)).toEqual(pyarrow)
      const df = await fromArrow(later)
      expect((await df.compute({ int64: 'bigint', dates: 'ms' })).toColumns()).toEqual(pyarrow)
    }
  },
)

test('bytes at any position of their buffer are read', async () => {
  const bytes = fixture('pyarrow-lz4.stream')
  const plain = arrow.tableToIPC(
    new arrow.Table({ x: arrow.vectorFromArray([1n, null, 3n], new arrow.Int64()) }),
  )
  for (let shift = 0; shift < 9; shift++) {
    const moved = (from: Uint8Array) => {
      const buffer = new Uint8Array(from.length + shift)
      buffer.set(from, shift)
      return buffer.subarray(shift)
    }
    expect(await columns(moved(bytes))).toEqual(pyarrow)
    expect(await columns(moved(plain))).toEqual({ x: [1n, null, 3n] })
    const df = fromArrow(moved(plain))
    expect((await df.sortBy('x').compute()).x.toArray()).toEqual([1, 3, null])
  }
})

test('an ArrayBuffer is read as its bytes', async () => {
  const bytes = new Uint8Array(fixture('pyarrow-legacy.stream'))
  expect(await columns(bytes.buffer)).toEqual({ x: [1.5, null, 3], s: ['a', null, 'c'] })
})

const dictionaryStream = (...values: (string | null)[][]) =>
  values.map(each => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 0)
    return messagesOf(arrow.tableToIPC(new arrow.Table({ k: arrow.vectorFromArray(each, type) }), 'stream'))
  })

test('a dictionary that is replaced holds for the batches after it', async () => {
  const [[schema, first, batch], [, second, batch2], [, third, batch3]] = dictionaryStream(
    ['a', 'b', null],
    ['b', 'c', 'b'],
    ['x', null, 'a'],
  ) as [Uint8Array, Uint8Array, Uint8Array][] as any
  const stream = joined(schema, first, batch, second, batch2, batch, third, batch3, endOfStream)
  const values = ['a', 'b', null, 'b', 'c', 'b', 'b', 'c', null, 'x', null, 'a']
  expect(await columns(stream)).toEqual({ k: values })
  const counts = await fromArrow(stream)
    .groupBy('k')
    .agg(c => ({ n: c.k.count() }))
    .compute()
  expect(counts.k.toArray()).toEqual(['a', 'b', 'c', 'x', null])
  expect(counts.n.toArray()).toEqual([2, 4, 2, 1, 0])
})

test.each<[string, arrow.DataType, unknown[]]>([
  ['int64?', new arrow.Int64(), [7n, null, 2n ** 60n, 7n]],
  ['int16?', new arrow.Int16(), [7, null, -8, 7]],
  ['float64?', new arrow.Float64(), [0.5, null, 2.5, 0.5]],
  ['float32?', new arrow.Float16(), [0.5, null, 2.5, 0.5]],
  ['date?', new arrow.DateDay(), [0, null, 86_400_000, 0]],
  ['timestamp[ms]?', new arrow.TimestampSecond(), [0, null, 2000, 0]],
])('codes of numbers are looked up: %s', async (dtype, type, values) => {
  const coded = new arrow.Dictionary(type, new arrow.Uint8(), 3)
  const table = new arrow.Table({ x: arrow.vectorFromArray(values, coded) })
  const twice = new arrow.Table([...table.batches, ...table.batches]).slice(1, 7)
  for (const source of [table, arrow.tableToIPC(table, 'stream'), arrow.tableToIPC(table, 'file')]) {
    expect(fromArrow(source).schema).toEqual({ x: dtype })
    expect(await columns(source)).toEqual({ x: values })
  }
  expect(await columns(twice)).toEqual({ x: [...values, ...values].slice(1, 7) })
  const [schema, dictionary, batch] = messagesOf(arrow.tableToIPC(table)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const other = arrow.tableToIPC(new arrow.Table({ x: arrow.vectorFromArray([values[2], values[0]], coded) }))
  const [, replaced, batch2] = messagesOf(other) as [Uint8Array, Uint8Array, Uint8Array]
  expect(await columns(joined(schema, dictionary, batch, replaced, batch2))).toEqual({
    x: [...values, values[2], values[0]],
  })
  await expect(async () => columns(joined(schema, batch))).rejects.toMatchObject({ code: 'ERR_ARROW_FORMAT' })
})

test('empty tables keep their columns and types', async () => {
  const table = new arrow.Table({
    n: arrow.makeVector(new Int32Array(0)),
    t: arrow.vectorFromArray([], new arrow.Utf8()),
    k: arrow.vectorFromArray([], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8())),
  })
  for (const source of [table, arrow.tableToIPC(table, 'stream'), arrow.tableToIPC(table, 'file')]) {
    const df = fromArrow(source)
    expect(df.schema).toEqual({ n: 'int32', t: 'utf8', k: 'dict' })
    expect((await df.compute()).toColumns()).toEqual({ n: [], t: [], k: [] })
  }
  expect(fromArrow(joined(messagesOf(arrow.tableToIPC(table, 'stream'))[0]!)).columns).toEqual([
    'n',
    't',
    'k',
  ])
})

test('data without columns is a frame without columns', async () => {
  const table = new arrow.Table(new arrow.Schema([]))
  for (const source of [table, arrow.tableToIPC(table, 'stream'), arrow.tableToIPC(table, 'file')]) {
    expect(fromArrow(source).columns).toEqual([])
    expect((await fromArrow(source).compute()).toObjects()).toEqual([])
  }
  expect(fromArrow(fixture('pyarrow-legacy.stream'), { columns: [] }).columns).toEqual([])
})

test('rows without columns are still so many rows', async () => {
  const df = fromColumns({ x: [1, 2, 3] })
  const bytes = (await df.compute()).toArrow({ batchRows: 2 })
  expect(await fromArrow(bytes, { columns: [] }).rowCount()).toBe(3)
  expect(await fromArrow((await df.select().compute()).toArrow()).rowCount()).toBe(3)
  expect(() => fromArrow(bytes, { columns: [], memoryLimit: 2 })).toThrow(
    expect.objectContaining({ code: 'ERR_MEMORY_LIMIT' }),
  )
})

test('numbers are read where they are, unless copied', async () => {
  const bytes = arrow.tableToIPC(new arrow.Table({ x: arrow.makeVector(new Float64Array([1, 2, 3])) }))
  const lent = fromArrow(bytes)
  const copied = fromArrow(bytes, { copy: true })
  // The values are the last but the end of the stream and padding.
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(
    Buffer.from(new Float64Array([1, 2, 3]).buffer),
  )
  new DataView(bytes.buffer, bytes.byteOffset).setFloat64(at, 100, true)
  expect((await lent.compute()).x.toArray()).toEqual([100, 2, 3])
  expect((await copied.compute()).x.toArray()).toEqual([1, 2, 3])
})

test.each([
  ['a path', 'prices.arrow', /readFileSync/],
  ['nothing', null, /Arrow IPC bytes/],
  ['an array of something else', [1], /Arrow IPC bytes/],
])('%s is refused', (_name, source, message) => {
  expect(() => fromArrow(source as never)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
  )
})

test('options are checked', async () => {
  const bytes = fixture('pyarrow-legacy.stream')
  expect(() => fromArrow(bytes, { columns: ['y'] })).toThrow(
    expect.objectContaining({ code: 'ERR_COLUMN_NOT_FOUND' }),
  )
  expect(() => fromArrow(bytes, { column: ['x'] } as never)).toThrow(/columns/)
  expect(fromArrow(bytes, { columns: ['s'] }).columns).toEqual(['s'])
  expect(() => fromArrow(fixture('pyarrow-blocks.stream'), { memoryLimit: 300_000 })).toThrow(
    expect.objectContaining({ code: 'ERR_MEMORY_LIMIT', column: 'x' }),
  )
  expect(fromArrow(fixture('pyarrow-blocks.stream'), { memoryLimit: '1MB' }).columns).toEqual(['x'])
})

test('two columns of one name are told', () => {
  const field = (name: string) => arrow.Field.new({ name, type: new arrow.Int32() })
  const schema = new arrow.Schema([field('x'), field('x')])
  const column = arrow.makeData({ type: new arrow.Int32(), data: new Int32Array([1]) })
  const batch = new arrow.RecordBatch(
    schema,
    arrow.makeData({ type: new arrow.Struct(schema.fields), children: [column, column] }),
  )
  expect(() => fromArrow(arrow.tableToIPC(new arrow.Table([batch])))).toThrow(
    expect.objectContaining({ code: 'ERR_DUPLICATE_COLUMN' }),
  )
})

test('names that are special to JavaScript are data', async () => {
  const names = ['__proto__', 'constructor', 'then', '']
  const table = arrow.tableFromArrays(Object.fromEntries(names.map((_, i) => [`c${i}`, new Int32Array([i])])))
  const fields = table.schema.fields.map((field, i) => arrow.Field.new({ name: names[i]!, type: field.type }))
  const schema = new arrow.Schema(fields)
  const renamed = new arrow.Table(table.batches.map(batch => new arrow.RecordBatch(schema, batch.data)))
  const df = fromArrow(arrow.tableToIPC(renamed))
  expect(df.columns).toEqual(names)
  const result = await df.compute()
  expect(names.map(name => result.col(name as never).get(0))).toEqual([0, 1, 2, 3])
})

test('an error of the source is passed on', async () => {
  const source = (async function* () {
    yield fixture('pyarrow-legacy.stream').subarray(0, 50)
    throw new Error('the line was cut')
  })()
  await expect(fromArrow(source)).rejects.toThrow('the line was cut')
})
