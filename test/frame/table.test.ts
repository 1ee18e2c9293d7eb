import { inspect } from 'node:util'
import { fromColumns, readCsv } from 'millrace'
import { expect, test } from 'vitest'

const source = fromColumns(
  {
    x: [1.5, null, 3],
    n: [1n, -(2n ** 53n) + 1n, null],
    u: new BigUint64Array([0n, 1n, 2n ** 53n - 1n]),
    small: new Int16Array([-1, 0, 1]),
    s: ['plain', 'ü "quoted"', null],
    ascii: ['a', '', 'ccc'],
    k: ['p', 'q', 'p'],
    d: ['2020-01-01', null, '1969-12-31'],
    t: [new Date(1), null, new Date(-1)],
    ns: ['2020-01-01T00:00:00.123456789Z', '1969-12-31T23:59:59.999999999Z', null],
    b: [true, null, false],
  },
  { schema: { k: 'dict', d: 'date?', ns: 'timestamp[ns]?' } },
)
const table = await source.compute()

test('columns have the typed array of their dtype', () => {
  expect(table.x.values).toEqual(new Float64Array([1.5, Number.NaN, 3]))
  expect(table.n.values).toEqual(new BigInt64Array([1n, -(2n ** 53n) + 1n, 0n]))
  expect(table.u.values).toEqual(new BigUint64Array([0n, 1n, 2n ** 53n - 1n]))
  expect(table.small.values).toEqual(new Int16Array([-1, 0, 1]))
  expect(table.d.values).toEqual(new Int32Array([18262, 0, -1]))
  expect(table.b.values).toEqual(new Uint8Array([1, 0, 0]))
  expect(table.s.values).toEqual(['plain', 'ü "quoted"', ''])
  expect(table.ascii.values).toEqual(['a', '', 'ccc'])
  expect(table.k.values).toEqual(['p', 'q', 'p'])
  expect(table.x.values).toBe(table.x.values)
})

test('validity is a bitmap, or null where nothing is missing', () => {
  expect(table.x.validity![0]! & 7).toBe(0b101)
  expect(table.small.validity).toBeNull()
  expect([table.x.nullCount, table.small.nullCount]).toEqual([1, 0])
  expect([0, 1, 2, 3, -1].map(row => table.x.isValid(row))).toEqual([true, false, true, false, false])
})

test('single values', () => {
  expect([table.x.get(0), table.x.get(1), table.x.get(3), table.x.get(-1), table.x.get(0.5)]).toEqual([
    1.5,
    null,
    undefined,
    undefined,
    undefined,
  ])
  expect([table.x.at(-1), table.x.at(-4)]).toEqual([3, undefined])
  expect(table.s.get(1)).toBe('ü "quoted"')
  expect(table.d.get(2)).toEqual(new Date('1969-12-31'))
})

test('all values of a column', () => {
  expect(table.n.toArray()).toEqual([1, -(2 ** 53) + 1, null])
  expect([...table.k]).toEqual(['p', 'q', 'p'])
  expect(table.t.toArray()).toEqual([new Date(1), null, new Date(-1)])
  expect(table.ns.toArray()).toEqual([new Date('2020-01-01T00:00:00.123Z'), new Date(-1), null])
  expect(table.b.toArray()).toEqual([true, null, false])
  expect(table.x.toArray()).not.toBe(table.x.toArray())
})

test('text gives its bytes, and dictionaries their codes', () => {
  expect(new TextDecoder().decode(table.s.bytes!)).toBe('plainü "quoted"')
  expect([...table.ascii.offsets!]).toEqual([0, 1, 1, 4])
  expect(table.k.categories).toEqual(['p', 'q'])
  expect([...table.k.codes!]).toEqual([0, 1, 0])
  expect([table.x.bytes, table.x.codes, table.k.bytes]).toEqual([null, null, null])
})

test('rows as objects, as an iterator and as columns hold the same values', () => {
  const objects = table.toObjects()
  expect(objects[1]).toEqual({
    x: null,
    n: -(2 ** 53) + 1,
    u: 1,
    small: 0,
    s: 'ü "quoted"',
    ascii: '',
    k: 'q',
    d: null,
    t: null,
    ns: new Date(-1),
    b: null,
  })
  expect([...table]).toEqual(objects)
  expect([...table.rows()]).toEqual(objects)
  expect(table.toColumns().s).toEqual(objects.map(row => row.s))
  expect(new Set(objects).size).toBe(3)
})

test('readings: bigint and text for integers, ISO and milliseconds for dates', async () => {
  const iso = await source.compute({ int64: 'bigint', dates: 'iso' })
  expect([iso.n.get(1), iso.d.get(0), iso.ns.get(0), iso.t.get(0)]).toEqual([
    -(2n ** 53n) + 1n,
    '2020-01-01',
    '2020-01-01T00:00:00.123456789Z',
    '1970-01-01T00:00:00.001Z',
  ])
  const ms = await source.compute({ int64: 'string', dates: 'ms' })
  expect([ms.n.get(1), ms.u.get(2), ms.d.get(2), ms.t.get(2), ms.ns.get(1)]).toEqual([
    '-9007199254740991',
    '9007199254740991',
    -86_400_000,
    -1,
    -1,
  ])
})

test.each([2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])(
  '%s is ERR_INT64_UNSAFE as a number',
  async value => {
    const column = (await fromColumns({ n: [value] }).compute()).n
    const unsafe = expect.objectContaining({ code: 'ERR_INT64_UNSAFE', column: 'n', text: String(value) })
    expect(() => column.get(0)).toThrow(unsafe)
    expect(() => column.toArray()).toThrow(unsafe)
    expect(column.values[0]).toBe(value)
    expect(column.toJSON()).toEqual([String(value)])
  },
)

test('integers around every power of two read as Number(bigint) does', async () => {
  const values: bigint[] = []
  for (let bit = 0n; bit < 53n; bit++)
    for (const add of [-1n, 0n, 1n]) values.push(2n ** bit + add, -(2n ** bit) + add)
  const safe = values.filter(value => Number.isSafeInteger(Number(value)))
  expect((await fromColumns({ n: safe }).compute()).n.toArray()).toEqual(safe.map(Number))
  const unsigned = safe.filter(value => value >= 0n)
  const u = await fromColumns({ n: new BigUint64Array(unsigned) }).compute()
  expect(u.n.toArray()).toEqual(unsigned.map(Number))
})

test('JSON.stringify always works', async () => {
  const odd = await fromColumns({
    n: [2n ** 60n],
    x: [Number.NaN],
    y: [Number.POSITIVE_INFINITY],
    d: [new Date(1)],
  }).compute({
    int64: 'bigint',
  })
  expect(JSON.parse(JSON.stringify(odd))).toEqual([
    { n: '1152921504606846976', x: null, y: null, d: '1970-01-01T00:00:00.001Z' },
  ])
  expect(JSON.parse(JSON.stringify({ t: table.d }))).toEqual({ t: ['2020-01-01', null, '1969-12-31'] })
})

test('the zero below zero keeps its sign in CSV text, whether types are told or guessed', async () => {
  const zeros = [-0, 0, 1, null]
  const table = await fromColumns(
    { a: zeros, b: zeros },
    { schema: { a: 'float64?', b: 'float32?' } },
  ).compute()
  expect(table.toCsv()).toBe('a,b\n-0.0,-0.0\n0,0\n1,1\n,\n')
  const bytes = new TextEncoder().encode(table.toCsv())
  for (const options of [{}, { schema: { a: 'float64?', b: 'float32?' } } as const]) {
    const back = await readCsv(bytes, options).compute()
    expect(back.a.toArray()).toEqual(zeros)
    expect(back.b.toArray()).toEqual(zeros)
  }
})

test('CSV text reads back to the same values', async () => {
  const text = table.toCsv()
  expect(text.split('\n')[0]).toBe('x,n,u,small,s,ascii,k,d,t,ns,b')
  expect(text).toContain('"ü ""quoted"""')
  const back = await readCsv(new TextEncoder().encode(text), {
    schema: {
      x: 'float64?',
      n: 'int64?',
      u: 'uint64',
      small: 'int16',
      s: 'utf8?',
      ascii: 'utf8',
      k: 'dict',
      d: 'date?',
      t: 'timestamp[ms]?',
      ns: 'timestamp[ns]?',
      b: 'bool?',
    },
  }).compute()
  expect(back.toObjects()).toEqual(table.toObjects())
})

test('CSV text quotes what the delimiter makes special', async () => {
  const small = await fromColumns({ 'a;b': ['x;y', 'x,y', ' ', '-'] }).compute()
  expect(small.toCsv({ delimiter: ';' })).toBe('"a;b"\n"x;y"\nx,y\n \n-\n')
  for (const delimiter of [']', '^', '-', '\\', '|']) {
    const odd = await fromColumns({ a: [`1${delimiter}2`] }).compute()
    expect(odd.toCsv({ delimiter })).toBe(`a\n"1${delimiter}2"\n`)
  }
  expect(() => small.toCsv({ sep: ';' } as object)).toThrow(
    expect.objectContaining({ code: 'ERR_UNKNOWN_OPTION' }),
  )
})

test('a table is frozen, has a getter a column, and answers misspelt names', () => {
  expect(Object.isFrozen(table)).toBe(true)
  expect(Object.isFrozen(table.x)).toBe(true)
  expect(table.columns).toEqual(source.columns)
  expect('x' in table).toBe(true)
  expect(() => table.col('X2' as 'x')).toThrow(expect.objectContaining({ code: 'ERR_COLUMN_NOT_FOUND' }))
  expect(table.schema).toEqual(source.schema)
  expect(table.stats).toMatchObject({ threads: expect.any(Number), simd: expect.any(String) })
})

test('short tables print whole, long ones both ends', async () => {
  const short = await fromColumns({
    a: [1, 2.123456789, null],
    s: ['x', 'line\nbreak', 'y'.repeat(60)],
  }).compute()
  expect(inspect(short)).toBe(
    [
      'Table  3 rows x 2 columns',
      '          a                                         s',
      '   float64?                                      utf8',
      '0         1                                         x',
      '1  2.123457                               line\\nbreak',
      `2      null  ${'y'.repeat(39)}…`,
    ].join('\n'),
  )
  const long = await fromColumns({ a: Int32Array.from({ length: 1234 }, (_, i) => i) }).compute()
  expect(String(long).split('\n')).toEqual([
    'Table  1,234 rows x 1 column',
    '          a',
    '      int32',
    '0         0',
    '1         1',
    '2         2',
    '3         3',
    '4         4',
    '...     ...',
    '1229   1229',
    '1230   1230',
    '1231   1231',
    '1232   1232',
    '1233   1233',
  ])
})

test('integers past 2^53 print in full', async () => {
  expect(String(await fromColumns({ n: [2n ** 62n] }).compute())).toContain('4611686018427387904')
})

test('an empty result is a table with its columns', async () => {
  const none = await source.filter(source.small.gt(5)).compute()
  expect([none.length, none.toObjects(), none.toCsv()]).toEqual([0, [], `${source.columns.join(',')}\n`])
  expect(none.x.values).toEqual(new Float64Array(0))
  expect(none.s.toArray()).toEqual([])
})
