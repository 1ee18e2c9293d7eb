import { inspect } from 'node:util'
import { expect, test, vi } from 'vitest'
import { col, fromColumns } from '../../dist/index.js'
import { prices as df, lazyFrame } from '../plan/scan.js'

const untyped = df as unknown as Record<string, any>

test('columns are properties, by name and in completion', () => {
  expect(String(df.Close)).toBe('Close')
  expect('Close' in df).toBe(true)
  expect('Nope' in df).toBe(false)
  const names: string[] = []
  for (const name in df) names.push(name)
  expect(names).toEqual([...df.columns])
})

test('frames are frozen, and no method changes one', () => {
  const before = df.explain({ optimized: false })
  df.filter(df.Close.gt(0)).select('Date')
  expect(Object.isFrozen(df)).toBe(true)
  expect(Object.isFrozen(df.columns)).toBe(true)
  expect(Object.isFrozen(df.schema)).toBe(true)
  expect(() => {
    untyped.Close = 1
  }).toThrow(TypeError)
  expect(df.explain({ optimized: false })).toBe(before)
})

test('frames of equal columns share their getters', () => {
  const proto = (frame: object) => Object.getPrototypeOf(frame)
  expect(proto(df.filter(df.Close.gt(0)))).toBe(proto(df))
  expect(proto(df.select('Date', 'Open'))).toBe(
    proto(df.drop('Open').head().select('Date', 'High').rename({ High: 'Open' })),
  )
  expect(proto(df.select('Date'))).not.toBe(proto(df))
})

test('a method wins over a column of its name, which col and callbacks reach', () => {
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const shadowed = lazyFrame({ filter: 'int64', batches: 'int64', Close: 'float64' })
  expect(shadowed.filter).toBeTypeOf('function')
  expect(String(shadowed.col('filter'))).toBe('filter')
  expect(String(shadowed.col.filter.gt(0))).toBe('filter > 0')
  expect(shadowed.filter(c => c.filter.gt(0)).explain()).toContain('filter(filter > 0)')
  shadowed.head().select('batches')
  const names = emitWarning.mock.calls.map(([message]) => /column "(\w+)"/.exec(String(message))![1])
  expect(names.sort()).toEqual(['batches', 'filter'])
  emitWarning.mockRestore()
})

test('a frame with a column called then can be awaited and returned', async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const frame = lazyFrame({ ['then' as string]: 'int64', Close: 'float64' } as const)
  expect(await (async () => frame)()).toBe(frame)
  expect((frame as unknown as { then: unknown }).then).toBeUndefined()
  vi.restoreAllMocks()
})

test('col is a function whose own properties are the columns, even name and call', () => {
  const frame = lazyFrame({ name: 'utf8', call: 'int64', length: 'int64' })
  expect([frame.col.name, frame.col.call, frame.col.length].map(String)).toEqual(['name', 'call', 'length'])
})

test('an unknown column is answered with the nearest, in every way to name one', () => {
  const notFound = expect.objectContaining({ code: 'ERR_COLUMN_NOT_FOUND', hint: 'did you mean "Close"?' })
  for (const use of [
    () => untyped.col('Clos'),
    () => df.filter(c => (c as Record<string, any>).Clos.gt(0)),
    () => df.filter(col('Clos').gt(0)),
    () => untyped.select('Clos'),
    () => untyped.drop('Clos'),
    () => untyped.rename({ Clos: 'x' }),
    () => untyped.cast({ Clos: 'int64' }),
    () => untyped.groupBy('Clos'),
    () => untyped.groupBy('Date').col('Clos'),
    () => untyped.agg({ Clos: 'mean' }),
    () => untyped.fillNull({ Clos: 1 }),
    () => untyped.dropNulls('Clos'),
  ]) {
    expect(use).toThrow(notFound)
  }
})

test('errors of builder calls begin at the line of the call', () => {
  const error = (() => {
    try {
      untyped.groupBy('Dat')
    } catch (caught) {
      return caught as Error
    }
  })()
  expect(error!.stack!.split('\n').find(line => /^\s+at /.test(line))).toContain('data-frame.test.ts')
})

test('operators on columns and frames throw and teach the method', () => {
  for (const use of [
    () => untyped.Close > 0,
    () => untyped.Close + 1,
    () => (untyped as never) > 0,
    () => +untyped,
  ]) {
    expect(use).toThrow(
      expect.objectContaining({ code: 'ERR_EXPR_COERCED', hint: expect.stringContaining('.gt(0)') }),
    )
  }
  expect(`${df.Close.gt(0)}`).toBe('Close > 0')
  expect(`${df}`).toContain('DataFrame')
})

test.each(['sort_values', 'groupby', 'dropna', 'assign', 'mean', 'collect', 'query'])(
  'df.%s() names our method',
  name => {
    expect(() => untyped[name]()).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_METHOD', hint: expect.any(String) }),
    )
  },
)

test.each(['iloc', 'loc', 'shape', 'dtypes'])('df.%s names our way', name => {
  expect(() => untyped[name]).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_METHOD' }))
})

test.each([
  'isna',
  'fillna',
  'astype',
  'cumsum',
  'alias',
  'apply',
  'rolling_mean',
  'toArray',
  'value_counts',
])('df.Close.%s() names our method', name => {
  expect(() => untyped.Close[name](1)).toThrow(
    expect.objectContaining({ code: 'ERR_UNKNOWN_METHOD', hint: expect.any(String) }),
  )
})

test.each(['strftime', 'dayofweek', 'date', 'tz_convert', 'total_days'])(
  '.dt.%s() names our method',
  name => {
    expect(() => untyped.Date.dt[name]()).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_METHOD', hint: expect.stringContaining('dt.') }),
    )
  },
)

test('a column may have a name that pandas gives a method', () => {
  const frame = lazyFrame({ mean: 'float64', shape: 'utf8', sum: 'int64' })
  expect(String(frame.mean.gt(0))).toBe('mean > 0')
  expect(String(frame.shape)).toBe('shape')
})

const wrong: [string, () => unknown][] = [
  ['filter text', () => untyped.filter('Close > 0')],
  ['filter nothing', () => untyped.filter()],
  ['filter a predicate in JavaScript', () => untyped.filter(() => true)],
  ['select a number', () => untyped.select(1)],
  ['select a constant', () => untyped.select(() => ({ a: 1 }))],
  ['withColumns a column', () => untyped.withColumns(untyped.Close)],
  ['withColumns nothing', () => untyped.withColumns()],
  ['rename to a number', () => untyped.rename({ Date: 1 })],
  ['rename a list', () => untyped.rename(['Date'])],
  ['cast to nonsense', () => untyped.cast({ Close: 'number' })],
  ['cast to nullable', () => untyped.cast({ Close: 'int64?' })],
  ['head of text', () => untyped.head('5')],
  ['head of minus one', () => untyped.head(-1)],
  ['groupBy nothing', () => untyped.groupBy()],
  ['groupBy an expression', () => untyped.groupBy(untyped.Date, 'Close')],
  ['agg nothing', () => untyped.agg()],
  ['agg no aggregate', () => untyped.agg(() => ({}))],
  ['agg an unknown name', () => untyped.agg({ Close: 'avg' })],
  ['a key of groups', () => untyped.groupBy('Date').col('Date')],
  ['fillNull with nothing', () => untyped.fillNull()],
  ['dropNulls of a number', () => untyped.dropNulls(1)],
  ['isIn text', () => untyped.Ticker.isIn('abc')],
  ['quantile of 2', () => untyped.Close.quantile(2)],
  ['round to a half', () => untyped.Close.round(0.5)],
  ['slice from a half', () => untyped.Ticker.str.slice(0.5)],
  ['slice of minus one', () => untyped.Ticker.str.slice(0, -1)],
  ['contains a number', () => untyped.Ticker.str.contains(1)],
  ['truncate to a decade', () => untyped.Date.dt.truncate('decade')],
  ['epoch in hours', () => untyped.Date.dt.epoch('h')],
  ['col of a number', () => col(1 as unknown as string)],
]

test.each(wrong)('%s is ERR_INVALID_ARGUMENT', (_name, use) => {
  expect(use).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
})

test('two columns of one name are ERR_DUPLICATE_COLUMN', () => {
  const duplicate = expect.objectContaining({ code: 'ERR_DUPLICATE_COLUMN' })
  expect(() => df.select('Open', 'Open')).toThrow(duplicate)
  expect(() => df.rename({ Open: 'Close' })).toThrow(duplicate)
  expect(() => df.groupBy('Date').agg(c => ({ Date: c.Open.max() }))).toThrow(duplicate)
  expect(() => df.groupBy('Date', 'Date')).toThrow(duplicate)
})

test('a misspelt option of groupBy is named', () => {
  expect(() => untyped.groupBy('Date', { sorted: false })).toThrow(
    expect.objectContaining({ code: 'ERR_UNKNOWN_OPTION', hint: 'did you mean "sort"?' }),
  )
})

test('schemas follow every step', () => {
  expect(df.withColumns(c => ({ Open: c.Open.cast('int32'), range: c.High.sub(c.Low) })).columns).toEqual([
    ...df.columns,
    'range',
  ])
  expect(df.rename({ Date: 'day' }).columns[0]).toBe('day')
  expect(df.cast({ Open: 'float32', Close: 'utf8' }).schema).toMatchObject({
    Open: 'float32?',
    Close: 'utf8',
  })
  expect(df.fillNull(0).schema).toMatchObject({ Open: 'float64', Volume: 'int64', Up: 'bool?' })
  expect(df.fillNull({ Up: false }).schema).toMatchObject({ Open: 'float64?', Up: 'bool' })
  expect(df.groupBy('Ticker').agg({ Open: ['mean', 'max'], Volume: 'sum' }).schema).toEqual({
    Ticker: 'utf8',
    Open_mean: 'float64?',
    Open_max: 'float64?',
    Volume: 'int64',
  })
  expect(df.groupBy('Ticker').agg(() => ({})).columns).toEqual(['Ticker'])
  expect(df.drop('Date').columns).not.toContain('Date')
  expect(df.select(['Date', 'Open'] as never).columns).toEqual(['Date', 'Open'])
})

test('the repr is a skeleton with the plan, within the width, and runs nothing', () => {
  const text = inspect(df.filter(df.Close.gt(0)).groupBy('Date').Open.mean())
  expect(text).toBe(
    [
      'DataFrame  2 columns  (lazy; await .compute())',
      '     Date      Open',
      '     date  float64?',
      '0     ...       ...',
      '1     ...       ...',
      '...   ...       ...',
      'Plan: readCsv(prices.csv) -> filter(Close > 0) -> groupBy(Date).agg(mean(Open))  3 steps',
    ].join('\n'),
  )
})

test('the repr of many columns keeps both ends', () => {
  const names = Array.from({ length: 5_000 }, (_, i) => `column_${i}`)
  const wide = lazyFrame(Object.fromEntries(names.map(name => [name, 'float64'] as const)))
  const lines = inspect(wide).split('\n')
  expect(lines[1]).toMatch(/column_0 .*\.\.\. .*column_4999$/)
  expect(Math.max(...lines.slice(1, -1).map(line => line.length))).toBeLessThanOrEqual(80)
})

test('names that would break the repr are escaped', () => {
  expect(inspect(lazyFrame({ 'a\nb\u001b[31m': 'utf8' }))).toContain('a\\nb\\u001b[31m')
})

test('frames deep inside other objects are one line', () => {
  expect(inspect({ a: { b: { c: df } } })).toBe(
    '{ a: { b: { c: [DataFrame  9 columns  (lazy; await .compute())] } } }',
  )
})

test('expressions, groups and grouped columns print what they are', () => {
  expect(inspect(df.Close.gt(0))).toBe('Close > 0')
  expect(inspect(df.groupBy('Date'))).toContain('GroupBy(Date)')
  expect(inspect(df.groupBy('Date').Open)).toContain('column Open of groups')
})

test('a choice is no promise', async () => {
  const { when } = await import('../../dist/index.js')
  const choice = when(df.Close.gt(0))
  await expect(
    (async () => (await (choice as unknown as Promise<unknown>)) as unknown)(),
  ).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
  })
})

test('a frame over nothing still prints', () => {
  expect(inspect(fromColumns({}))).toContain('0 columns')
})
