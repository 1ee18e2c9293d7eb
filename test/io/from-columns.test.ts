import { fromColumns, fromObjects } from 'millrace'
import { expect, test } from 'vitest'

const values = async (frame: { compute(): Promise<{ toColumns(): object }> }) =>
  (await frame.compute()).toColumns()

test('JavaScript values get their dtypes', async () => {
  const df = fromColumns({
    n: [1, 2.5],
    s: ['a', 'é💧'],
    b: [true, false],
    i: [1n, -1n],
    d: [new Date(5), new Date(-5)],
    maybe: [null, 1],
    absent: [undefined, 'x'],
  })
  expect(df.schema).toEqual({
    n: 'float64',
    s: 'utf8',
    b: 'bool',
    i: 'int64',
    d: 'timestamp[ms]',
    maybe: 'float64?',
    absent: 'utf8?',
  })
  expect(await values(df)).toEqual({
    n: [1, 2.5],
    s: ['a', 'é💧'],
    b: [true, false],
    i: [1, -1],
    d: [new Date(5), new Date(-5)],
    maybe: [null, 1],
    absent: [null, 'x'],
  })
})

test.each([
  [new Float64Array([1.5]), 'float64'],
  [new Float32Array([1.5]), 'float32'],
  [new Int8Array([-1]), 'int8'],
  [new Int16Array([-1]), 'int16'],
  [new Int32Array([-1]), 'int32'],
  [new BigInt64Array([-1n]), 'int64'],
  [new Uint8Array([255]), 'uint8'],
  [new Uint16Array([65535]), 'uint16'],
  [new Uint32Array([2 ** 32 - 1]), 'uint32'],
  [new BigUint64Array([2n ** 64n - 1n]), 'uint64'],
])('%o keeps its type', async (array, dtype) => {
  const df = fromColumns({ x: array })
  expect(df.schema).toEqual({ x: dtype })
  expect((await df.compute()).x.values).toEqual(array)
})

test('a view into a larger buffer gives only its own values', async () => {
  const whole = new Float64Array([1, 2, 3, 4])
  expect(await values(fromColumns({ x: whole.subarray(1, 3) }))).toEqual({ x: [2, 3] })
})

test('the schema decides', async () => {
  const df = fromColumns(
    {
      i: [1, 2n, null],
      u: [0, 255, 7],
      f: [1, 2, 3],
      k: ['a', 'b', 'a'],
      d: ['2020-01-01', new Date('2020-01-02'), null],
      t: ['2020-01-01T00:00:00.000001Z', new Date(1), null],
      days: new Int32Array([0, 1, 2]),
      ticks: new BigInt64Array([0n, 1n, 2n]),
      flag: new Uint8Array([0, 1, 2]),
      none: [null, null, null],
    } as never,
    {
      schema: {
        i: 'int32?',
        u: 'uint8',
        f: 'float32',
        k: 'dict',
        d: 'date?',
        t: 'timestamp[us]?',
        days: 'date',
        ticks: 'timestamp[ns]',
        flag: 'bool',
        none: 'utf8?',
      },
    },
  )
  expect(await values(df)).toEqual({
    i: [1, 2, null],
    u: [0, 255, 7],
    f: [1, 2, 3],
    k: ['a', 'b', 'a'],
    d: [new Date('2020-01-01'), new Date('2020-01-02'), null],
    t: [new Date('2020-01-01'), new Date(1), null],
    days: [0, 1, 2].map(day => new Date(day * 86_400_000)),
    ticks: [new Date(0), new Date(0), new Date(0)],
    flag: [false, true, true],
    none: [null, null, null],
  })
})

test.each([
  [{ a: [1, 'x'] }, {}, 'ERR_TYPE', 'Row 1'],
  [{ a: ['x', 1] }, {}, 'ERR_TYPE', 'Row 1'],
  [{ a: [true, 0] }, {}, 'ERR_TYPE', 'Row 1'],
  [{ a: [1n, 2n ** 63n] }, {}, 'ERR_TYPE', 'Row 1'],
  [{ a: [new Date(0), new Date(Number.NaN)] }, {}, 'ERR_TYPE', 'Row 1'],
  [{ a: [null] }, {}, 'ERR_TYPE', 'no value'],
  [{ a: [{}] }, {}, 'ERR_TYPE', 'no dtype'],
  [{ a: [1.5] }, { a: 'int64' }, 'ERR_TYPE', 'Row 0'],
  [{ a: [300] }, { a: 'uint8' }, 'ERR_TYPE', 'Row 0'],
  [{ a: ['2020-02-30'] }, { a: 'date' }, 'ERR_TYPE', 'Row 0'],
  [{ a: [new Date(1)] }, { a: 'date' }, 'ERR_TYPE', 'Row 0'],
  [{ a: new Float64Array(1) }, { a: 'int64' }, 'ERR_TYPE', 'float64 array'],
  [{ a: [null] }, { a: 'int64' }, 'ERR_NULL_IN_NON_NULLABLE', 'row 0'],
  [{ a: [1], b: [1, 2] }, {}, 'ERR_INVALID_ARGUMENT', 'different lengths'],
  [{ a: 'text' }, {}, 'ERR_INVALID_ARGUMENT', '"a"'],
  [{ a: new DataView(new ArrayBuffer(8)) }, {}, 'ERR_INVALID_ARGUMENT', '"a"'],
  [{ a: [1] }, { b: 'int64' }, 'ERR_COLUMN_NOT_FOUND', '"b"'],
  [{ a: [1] }, { a: 'int' }, 'ERR_INVALID_ARGUMENT', '"int"'],
  [[1], {}, 'ERR_INVALID_ARGUMENT', 'columns'],
  [null, {}, 'ERR_INVALID_ARGUMENT', 'columns'],
])('fromColumns(%o, schema %j) is %s', (columns, schema, code, message) => {
  expect(() => fromColumns(columns as never, { schema } as never)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  )
})

test('rows of objects become columns in order of first appearance', async () => {
  const df = fromObjects<Record<string, unknown>>([{ a: 1 }, { b: 'x', a: 2 }, {}] as never)
  expect(df.columns).toEqual(['a', 'b'])
  expect(await values(df)).toEqual({ a: [1, 2, null], b: [null, 'x', null] })
})

test('declared columns exist even when no row has them', async () => {
  const df = fromObjects([] as { id: number }[], { schema: { id: 'int64', name: 'utf8' } })
  expect(df.columns).toEqual(['id', 'name'])
  expect((await df.compute()).length).toBe(0)
})

test('hostile keys are data', async () => {
  const row = JSON.parse('{"__proto__": 1, "constructor": 2, "then": 3}')
  const [back] = (await fromObjects([row]).compute()).toObjects()
  expect(JSON.stringify(back)).toBe(JSON.stringify(row))
})

test('rows without any column are still so many rows', async () => {
  expect(await fromObjects([{}, {}]).rowCount()).toBe(2)
  expect((await fromObjects([{}, {}]).compute()).toObjects()).toEqual([{}, {}])
  expect(await fromObjects([]).rowCount()).toBe(0)
})

test('values that no dtype is for are named, with what a column holds', () => {
  expect(() => fromColumns({ a: [{ b: 1 }] } as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_TYPE',
      hint: expect.stringContaining('strings, booleans or Dates'),
    }),
  )
})

test.each([[null], [{}], [[1]], [[null]], [[[1]]]])('fromObjects(%j) is refused', rows => {
  expect(() => fromObjects(rows as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
})

test('text of every size survives, and lone surrogates become the replacement character', async () => {
  const texts = ['', 'a', 'é', '💧', 'x'.repeat(70_000), '\u0000', 'a\nb', '\ud800']
  const back = (await fromColumns({ s: texts }).compute()).s
  expect(back.toArray()).toEqual([...texts.slice(0, -1), '\ufffd'])
  expect(texts.map((_, i) => back.get(i))).toEqual(back.toArray())
})
