import { describe, expect, test } from 'vitest'
import { ExpressionBuilder } from '../../dist/frame/expression/expression-builder.js'
import { count, fromColumns, lit, rowNumber, when } from '../../dist/index.js'
import { formatExpr } from '../../dist/plan/expression/format.js'
import { foldExpression } from '../../dist/plan/optimizer/fold-constants.js'
import { optimize } from '../../dist/plan/optimizer/optimize.js'
import { prices as df, planFrom } from './scan.js'

const steps = (frame: object) =>
  (frame as typeof df)
    .explain()
    .split('\n')
    .slice(1)
    .map(line => line.slice(5))
const reads = (frame: object) => /reads (.*) \(/.exec((frame as typeof df).explain())?.[1]

describe('columns', () => {
  test('the scan reads only what the query needs', () => {
    expect(reads(df.filter(df.Close.gt(0)).groupBy('Date').Open.mean())).toBe('Date, Open, Close')
    expect(reads(df.select('Date'))).toBe('Date')
    expect(reads(df.drop('Date').drop('At', 'Up'))).toBe('Ticker, Open, High, Low, Close, Volume')
    expect(reads(df.rename({ Date: 'day' }).select('day'))).toBe('Date')
    expect(reads(df)).toBe('all columns')
  })

  test('counting rows reads only what filters need', () => {
    expect(reads(df.filter(df.Close.gt(0)).agg(() => ({ n: count() })))).toBe('Close')
    expect(df.agg(() => ({ n: count() })).explain()).toContain('reads no column')
  })

  test('columns that nobody uses are not computed', () => {
    const frame = df.withColumns(c => ({ a: c.High.sub(c.Low), b: c.Open.mul(2) })).select('a')
    expect(steps(frame)).toEqual(['select(a = High - Low)'])
  })

  test('aggregates that nobody uses are not computed', () => {
    const frame = df
      .groupBy('Date')
      .agg(c => ({ a: c.High.max(), b: c.Low.min() }))
      .select('Date', 'b')
    expect(steps(frame)).toEqual(['groupBy(Date).agg(b = min(Low))'])
  })

  test('an aggregation without keys keeps at least one aggregate, and so its row', () => {
    const frame = df.agg(c => ({ a: c.High.max() })).agg(() => ({ n: count() }))
    expect(steps(frame)).toEqual(['agg(a = max(High))', 'agg(n = size())'])
  })
})

describe('filters', () => {
  test('neighbours become one', () => {
    expect(steps(df.filter(df.Close.gt(0)).filter(df.Open.gt(1)))).toEqual(['filter(Close > 0 and Open > 1)'])
  })

  test('one that can fail stays behind the one that protects it', () => {
    const frame = df.filter(df.Ticker.ne('n/a')).filter(df.Ticker.cast('int64').gt(0))
    expect(steps(frame)).toHaveLength(2)
  })

  test('they sink below renamings and computed columns they do not read', () => {
    const frame = df
      .rename({ Close: 'c' })
      .withColumns(c => ({ range: c.High.sub(c.Low) }))
      .filter(c => c.c.gt(0))
      .select('c', 'range')
    expect(steps(frame)).toEqual(['filter(Close > 0)', 'select(c = Close, range = High - Low)'])
  })

  test('a condition on a computed column stays above it, the rest sinks', () => {
    const frame = df
      .withColumns(c => ({ range: c.High.sub(c.Low) }))
      .filter(c => c.range.gt(1).and(c.Close.gt(0)))
    expect(steps(frame)).toEqual([
      'filter(Close > 0)',
      'withColumns(range = High - Low)',
      'filter(range > 1)',
    ])
  })

  test('one that can fail does not sink past another filter', () => {
    const frame = df
      .withColumns(c => ({ range: c.High.sub(c.Low) }))
      .filter(c => c.range.gt(1))
      .filter(c => c.Ticker.cast('int64').gt(0))
    expect(steps(frame).at(-1)).toContain('cast')
  })

  test('one that cannot fail does', () => {
    const frame = df
      .withColumns(c => ({ range: c.High.sub(c.Low) }))
      .filter(c => c.range.gt(1))
      .filter(c => c.Close.gt(0))
    expect(steps(frame)[0]).toBe('filter(Close > 0)')
  })

  test('they stay above head and above groups', () => {
    expect(steps(df.head(5).filter(df.Close.gt(0)))).toEqual(['head(5)', 'filter(Close > 0)'])
    const grouped = df
      .groupBy('Date')
      .Close.max()
      .filter(c => c.Close.gt(0))
    expect(steps(grouped)).toEqual(['groupBy(Date).agg(max(Close))', 'filter(Close > 0)'])
  })

  test('one that is always true goes', () => {
    expect(steps(df.filter(lit(true)))).toEqual([])
    expect(steps(df.filter(df.Up.or(true)))).toEqual([])
  })
})

describe('slices', () => {
  test('the first rows of a sort are all that it looks for, whatever stood between', () => {
    expect(steps(df.sortBy('Close').head(3))).toEqual(['sortBy(Close).head(3)'])
    const between = df.sortBy('Close').filter(df.Open.gt(1)).filter(df.High.gt(2)).head(3)
    expect(steps(between)).toEqual(['filter(Open > 1 and High > 2)', 'sortBy(Close).head(3)'])
  })

  test('a filter behind the first rows stays there, and sinks below what is computed for them', () => {
    const frame = df
      .withColumns(c => ({ x: c.High.sub(c.Low) }))
      .head(5)
      .filter(df.Close.gt(0))
    expect(steps(frame).slice(0, 2)).toEqual(['head(5)', 'filter(Close > 0)'])
    expect(steps(df.sortBy('Close').head(3).filter(df.Open.gt(1)))).toEqual([
      'sortBy(Close).head(3)',
      'filter(Open > 1)',
    ])
  })
})

describe('projections', () => {
  test('neighbours become one where nothing is computed twice', () => {
    const frame = df.withColumns(c => ({ a: c.High.sub(c.Low) })).select(c => ({ b: c.a.mul(2), d: c.Date }))
    expect(steps(frame)).toEqual(['select(b = (High - Low) * 2, d = Date)'])
  })

  test('a computed column with two uses stays apart', () => {
    const frame = df
      .withColumns(c => ({ a: c.High.sub(c.Low) }))
      .select(c => ({ b: c.a.mul(2), d: c.a.add(1) }))
    expect(steps(frame)).toHaveLength(2)
  })

  test('one that changes nothing goes', () => {
    expect(steps(df.select('Date', 'Ticker'))).toEqual([])
    expect(steps(df.select('Ticker', 'Date'))).toEqual(['select(Ticker, Date)'])
    expect(steps(df.rename({}))).toEqual([])
  })
})

describe('the order of groups', () => {
  const grouped = df.groupBy('Date', 'Ticker').Close.max()

  test('is not made when a later aggregation forgets it', () => {
    expect(steps(grouped.agg(c => ({ n: c.Close.count(), high: c.Close.max() })))[0]).toContain('unsorted')
    expect(steps(grouped.groupBy('Date').Close.max())[0]).toContain('unsorted')
  })

  test.each([
    ['a float sum, whose last bits depend on it', () => grouped.groupBy('Date').Close.sum()],
    ['first', () => grouped.groupBy('Date').Close.first()],
    ["sort: 'first'", () => grouped.groupBy('Date', { sort: 'first' }).Close.max()],
    ['head', () => grouped.head(3).agg(c => ({ n: c.Close.count() }))],
    ['the result itself', () => grouped],
  ])('is made for %s', (_name, make) => {
    expect(steps(make())[0]).not.toContain('unsorted')
  })
})

describe('constants', () => {
  const fold = (expr: object) => formatExpr(foldExpression(ExpressionBuilder.nodeOf(expr as never)))
  test.each([
    [() => lit(60).mul(60), '3600'],
    [() => lit(1.5).add(1), '2.5'],
    [() => df.Up.not().not(), 'Up'],
    [() => df.Up.and(true), 'Up'],
    [() => df.Up.and(false), 'false'],
    [() => df.Up.or(false), 'Up'],
    [() => lit(true).not(), 'false'],
    [() => df.Close.gt(lit(2).mul(lit(3).add(4))), 'Close > 14'],
    [() => lit(1).div(0), '1 / 0'],
    [() => lit(2n ** 62n).mul(2), '4611686018427387904 * 2'],
  ])('%s becomes %s', (make, text) => {
    expect(fold(make())).toBe(text)
  })
})

test('optimizing changes neither the plan it is given nor the columns that come out', () => {
  const frames = [
    df.filter(df.Close.gt(0)).groupBy('Date').Open.mean(),
    df
      .withColumns(c => ({ a: c.High.sub(c.Low), Open: c.Open.fillNull(0) }))
      .drop('At')
      .head(3),
    df.groupBy('Date').agg(c => ({ x: c.High.max().sub(c.Low.min()), n: count() })),
    df.select(c => ({ a: c.Date, b: c.Date })).filter(c => c.a.gt('2020-01-01')),
  ]
  for (const frame of frames) {
    const plan = planFrom(frame)
    const before = frame.explain({ optimized: false })
    const after = optimize(plan)
    expect(after.schema.toObject()).toEqual(plan.schema.toObject())
    expect(Object.keys(after.schema.toObject())).toEqual([...frame.columns])
    expect(frame.explain({ optimized: false })).toBe(before)
    expect(optimize(after).schema.toObject()).toEqual(after.schema.toObject())
  }
})

describe('windows', () => {
  const ranked = df.withColumns(c => ({ place: c.Close.rank().over('Ticker', 'Open'), n: rowNumber() }))

  test('only conditions on keys sink below them, and not on float keys, whose -0 and 0 are one', () => {
    const byTicker = df.withColumns(c => ({ place: c.Close.rank().over('Ticker', 'Open') }))
    expect(steps(byTicker.filter(c => c.Ticker.eq('AAPL').and(c.place.le(3))))).toEqual([
      "filter(Ticker == 'AAPL')",
      'window("window 0" = rank(Close)) over Ticker, Open',
      'filter("window 0" <= 3)',
      expect.stringMatching(/^withColumns|^select/),
    ])
    for (const kept of [byTicker.filter(c => c.Open.gt(0)), byTicker.filter(c => c.High.gt(0))]) {
      expect(steps(kept)[0]).toMatch(/^window/)
    }
    expect(steps(ranked.filter(c => c.Ticker.eq('AAPL'))).findIndex(step => step.startsWith('filter'))).toBe(
      2,
    )
  })

  test('those whose results nobody reads are not computed, and the scan reads what the others need', () => {
    expect(steps(ranked.select('n'))).toEqual(['window("window 1" = rowNumber())', 'select(n = "window 1")'])
    expect(reads(ranked.select('place'))).toBe('Ticker, Open, Close')
    expect(steps(ranked.select('High'))).toEqual([])
  })

  test('a sort below them stays, and a slice above them too', () => {
    const frame = df.sortBy('Date').withColumns(c => ({ before: c.Close.shift() }))
    expect(steps(frame.agg(c => ({ n: c.before.max() })))[0]).toBe('sortBy(Date)')
    expect(steps(frame.head(3)).findIndex(step => step.startsWith('head'))).toBe(2)
  })

  test('they are shown as they were written', () => {
    const expr = df.Close.sum().over('Ticker', df.Date.dt.year(), { orderBy: 'Date' })
    expect(String(expr)).toBe('sum(Close).over(Ticker, year(Date) order by Date)')
    expect(String(df.Close.shift(2))).toBe('shift(Close, offset=2)')
  })
})

test('a literal column keeps its type when a rule puts it in the place of a reference', () => {
  const frame = df.withColumns(c => ({ small: c.Volume.cast('int8') })).withColumns({ five: lit(5) })
  for (const merged of [
    frame.select(c => ({ x: c.small.coalesce(c.five) })),
    frame.select(c => ({ x: when(c.Up).then(c.small).otherwise(c.five) })),
    df.select(c => ({ x: when(c.Up).then(c.Volume.cast('int8')).otherwise(lit(2).add(3)) })),
  ]) {
    expect(merged.schema.x).toMatch(/^int64/)
    expect(optimize(planFrom(merged)).schema.toObject()).toEqual(merged.schema)
  }
})

describe('subplans that say the same', () => {
  const means = () =>
    df
      .filter(c => c.Close.gt(0))
      .groupBy('Ticker')
      .agg(c => ({ mean: c.Open.mean() }))
  const once = (frame: object) => (frame as typeof df).explain().match(/\(once, for \d+\)/g)?.length ?? 0

  test('are computed once', () => {
    expect(once(means().join(means(), { on: 'Ticker' }))).toBe(2)
    expect(once(means().concat(means(), means()))).toBe(3)
    expect(once(means().sortBy('mean').join(means().sortBy('mean', 'Ticker'), { on: 'Ticker' }))).toBe(2)
    expect(means().join(means(), { on: 'Ticker' }).explain({ optimized: false })).not.toContain('once')
  })

  test('are two where anything differs', () => {
    const others = [
      df
        .filter(c => c.Close.gt(1))
        .groupBy('Ticker')
        .agg(c => ({ mean: c.Open.mean() })),
      df
        .filter(c => c.Close.ge(0))
        .groupBy('Ticker')
        .agg(c => ({ mean: c.Open.mean() })),
      df
        .filter(c => c.Close.gt(0))
        .groupBy('Ticker', { sort: false })
        .agg(c => ({ mean: c.Open.mean() })),
      df
        .filter(c => c.Close.gt(0))
        .groupBy('Ticker')
        .agg(c => ({ mean: c.Open.median() })),
      fromColumns({ Ticker: ['a'], mean: [1] }).sortBy('mean'),
    ]
    for (const other of others)
      expect(once(means().join(other as unknown as ReturnType<typeof means>, { on: 'Ticker' }))).toBe(0)
    const table = () => fromColumns({ k: [1, 2] }).sortBy('k')
    expect(once(table().concat(table()))).toBe(0)
  })

  test('scans, filters and projections stay apart, as their rows need not wait for each other', () => {
    const positive = () => df.filter(c => c.Close.gt(0)).select('Ticker', 'Open')
    expect(once(positive().concat(positive()))).toBe(0)
  })
})
