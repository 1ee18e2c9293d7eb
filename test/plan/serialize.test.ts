import { expect, test } from 'vitest'
import { count, desc } from '../../dist/index.js'
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
