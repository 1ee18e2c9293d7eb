import { expect, test } from 'vitest'
import { count, desc, rowNumber } from '../../dist/index.js'
import { optimize } from '../../dist/plan/optimizer/optimize.js'
import { serializePlan } from '../../dist/plan/serialize.js'
import { prices as df, planFrom } from './scan.js'

const stepsOf = (frame: object) => serializePlan(planFrom(frame)).plan.steps as unknown[]

test('the main job crosses as one small message', () => {
  const job = df.filter(df.Close.gt(0)).groupBy('Date').Open.mean()
  const { plan, handles } = serializePlan(optimize(planFrom(job)), { threads: 2, memoryLimit: 1e9 })
  expect(handles).toEqual([])
  expect(plan).toMatchObject({
    version: 2,
    steps: [
      {
        op: 'csv',
        files: ['/data/prices.csv'],
        project: [0, 2, 5],
        onError: 'error',
        nullValues: [''],
      },
      {
        op: 'filter',
        nodes: [
          ['col', 'Close'],
          ['lit', 'float64', 0],
          ['gt', 0, 1],
        ],
        out: 2,
      },
      {
        op: 'aggregate',
        nodes: [
          ['col', 'Date'],
          ['col', 'Open'],
        ],
        keys: [{ name: 'Date', out: 0 }],
        aggregates: [{ name: 'Open', function: 'mean', out: 1 }],
        order: 'key',
        dropNulls: false,
      },
    ],
    options: { threads: 2, memoryLimit: 1e9 },
  })
  expect(JSON.stringify(plan).length).toBeLessThan(2_000)
})

test('parameters of aggregates cross under their names', () => {
  const frame = df.groupBy('Date', { sort: 'first', dropNulls: true }).agg(c => ({
    n: count(),
    q: c.Close.quantile(0.9),
    v: c.Close.var({ ddof: 0 }),
    f: c.Open.first({ skipNulls: true }),
  }))
  expect(stepsOf(frame).slice(1)).toMatchObject([
    {
      order: 'first',
      dropNulls: true,
      aggregates: [
        { name: 'n', function: 'size' },
        { name: 'q', function: 'quantile', quantile: 0.9 },
        { name: 'v', function: 'var', ddof: 0 },
        { name: 'f', function: 'first', skipNulls: true },
      ],
    },
  ])
})

test('an expression over aggregates is an aggregation and a projection, with equal aggregates once', () => {
  const frame = df.groupBy('Ticker').agg(c => ({
    range: c.High.max().sub(c.Low.min()),
    top: c.High.max(),
    half: c.High.max().div(2),
  }))
  const [, aggregate, project] = stepsOf(frame) as Record<string, unknown[]>[]
  expect(aggregate!.aggregates).toHaveLength(2)
  expect(project!.columns).toMatchObject([
    { name: 'Ticker' },
    { name: 'range' },
    { name: 'top' },
    { name: 'half' },
  ])
})

test('a helper column gets a name that nobody has', () => {
  const frame = df
    .rename({ Ticker: 'aggregate 0' })
    .groupBy('aggregate 0')
    .agg(c => ({ 'aggregate 1': c.High.max().sub(c.Low.min()) }))
  expect(frame.columns).toEqual(['aggregate 0', 'aggregate 1'])
})

test('hostile names cross unharmed', () => {
  const frame = df.select(c => ({ constructor: c.Open, ['__proto__']: c.Close }))
  const [, step] = stepsOf(frame) as { columns: { name: string }[] }[]
  expect(step!.columns.map(column => column.name)).toEqual(['constructor', '__proto__'])
})

test('sorting crosses with its keys and the columns that are kept', () => {
  const frame = df.sortBy('Date', desc('Close', { nulls: 'first' })).slice(5, 10)
  const { plan } = serializePlan(optimize(planFrom(frame.select('Open'))))
  expect((plan.steps as unknown[]).slice(1)).toMatchObject([
    {
      op: 'sort',
      keys: [
        { column: 'Date', descending: false, nulls: 'last' },
        { column: 'Close', descending: true, nulls: 'first' },
      ],
      columns: ['Open'],
      rows: 15,
    },
    { op: 'slice', offset: 5, rows: 10 },
  ])
})

test('window functions cross as steps of their own, those of one partition together', () => {
  const frame = df.select(c => ({
    share: c.Close.div(c.Close.sum().over('Ticker')),
    place: c.Close.rank({ method: 'dense', descending: true }).over('Ticker'),
    first: rowNumber().over('Ticker', { orderBy: desc('Date', { nulls: 'first' }) }),
    day: c.Open.fillForward({ limit: 2 }).over(c.Date.dt.month()),
  }))
  expect((serializePlan(optimize(planFrom(frame))).plan.steps as unknown[]).slice(1)).toEqual([
    {
      op: 'project',
      nodes: [
        ['col', 'Date'],
        ['col', 'Ticker'],
        ['col', 'Open'],
        ['col', 'Close'],
        ['month', 0],
      ],
      columns: [
        { name: 'Date', out: 0 },
        { name: 'Ticker', out: 1 },
        { name: 'Open', out: 2 },
        { name: 'Close', out: 3 },
        { name: 'window input 0', out: 4 },
      ],
    },
    {
      op: 'window',
      keys: ['Ticker'],
      order: [],
      functions: [
        { name: 'window 1', function: 'sum', column: 'Close' },
        { name: 'window 2', function: 'rank', column: 'Close', method: 'dense', descending: true },
      ],
    },
    {
      op: 'window',
      keys: ['Ticker'],
      order: [{ column: 'Date', descending: true, nulls: 'first' }],
      functions: [{ name: 'window 3', function: 'rowNumber' }],
    },
    {
      op: 'window',
      keys: ['window input 0'],
      order: [],
      functions: [{ name: 'window 4', function: 'fillForward', column: 'Open', limit: 2 }],
    },
    {
      op: 'project',
      nodes: [
        ['col', 'Close'],
        ['col', 'window 1'],
        ['div', 0, 1],
        ['col', 'window 2'],
        ['col', 'window 3'],
        ['col', 'window 4'],
      ],
      columns: [
        { name: 'share', out: 2 },
        { name: 'place', out: 3 },
        { name: 'first', out: 4 },
        { name: 'day', out: 5 },
      ],
    },
  ])
})

test('rolling windows cross with their rows, or with a period in ticks and the times as order', () => {
  const frame = df.select(c => ({
    three: c.Close.rolling({ rows: 3, center: true, minPeriods: 1 }).std({ ddof: 0 }),
    week: c.Close.rolling({ period: '1w', by: 'Date', closed: 'both' }).mean().over('Ticker'),
    hour: c.Close.rolling({ period: '1h', by: c.At }).quantile(0.5),
  }))
  const steps = serializePlan(optimize(planFrom(frame))).plan.steps as { op: string }[]
  expect(steps.filter(step => step.op === 'window')).toEqual([
    {
      op: 'window',
      keys: [],
      order: [],
      functions: [
        {
          name: 'window 0',
          function: 'std',
          column: 'Close',
          ddof: 0,
          rolling: { rows: 3, center: true, minPeriods: 1 },
        },
      ],
    },
    {
      op: 'window',
      keys: ['Ticker'],
      order: [{ column: 'Date', descending: false, nulls: 'last' }],
      functions: [
        {
          name: 'window 1',
          function: 'mean',
          column: 'Close',
          rolling: { period: '7', closed: 'both', minPeriods: 1 },
        },
      ],
    },
    {
      op: 'window',
      keys: [],
      order: [{ column: 'At', descending: false, nulls: 'last' }],
      functions: [
        {
          name: 'window 2',
          function: 'quantile',
          column: 'Close',
          quantile: 0.5,
          rolling: { period: '3600000000', closed: 'right', minPeriods: 1 },
        },
      ],
    },
  ])
})

test('a correlation crosses with both of its columns', () => {
  const frame = df.groupBy('Ticker').agg(c => ({ r: c.Open.corr(c.Close), n: count() }))
  expect(stepsOf(frame).slice(1)).toMatchObject([
    {
      nodes: [
        ['col', 'Ticker'],
        ['col', 'Open'],
        ['col', 'Close'],
      ],
      aggregates: [
        { name: 'r', function: 'corr', out: 1, second: 2 },
        { name: 'n', function: 'size' },
      ],
    },
  ])
})
