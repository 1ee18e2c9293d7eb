// As frame.test-d.ts, for what looks at more than a row: windows, groups of time, summaries, functions over columns.
import { desc, rowNumber } from 'millrace'
import { df, type ModeOf, type SchemaOf, same } from './expect.js'

export function windows(): void {
  const frame = df.select(c => ({
    sum: c.Open.sum().over('Date'),
    mean: c.Open.mean().over('Date', c.Ticker, { orderBy: 'At' }),
    n: rowNumber().over(['Date', 'Ticker'], { orderBy: [desc('Close'), 'At'] }),
    average: c.Close.rank(),
    dense: c.Open.rank({ method: 'dense' }),
    before: c.Close.shift(),
    filled: c.Close.shift(1, { fill: 0 }),
    step: c.Volume.diff(),
    days: c.Date.diff(),
    change: c.Close.pctChange(),
    total: c.Volume.cumSum(),
    trues: c.Up.cumSum(),
    low: c.Ticker.cumMin(),
    count: c.Open.cumCount(),
    forward: c.Open.fillForward({ limit: 1 }),
    line: c.Volume.interpolate(),
    smooth: c.Close.rolling(7).mean().over('Ticker'),
    rolled: c.Volume.rolling({ rows: 3, center: true }).sum(),
    lowest: c.At.rolling({ period: '7d', by: 'Date', closed: 'both' }).min(),
    quotes: c.Open.rolling({ period: '1h', by: c.At, minPeriods: 2 }).count(),
  }))
  same<
    SchemaOf<typeof frame>,
    {
      sum: 'float64'
      mean: 'float64?'
      n: 'int64'
      average: 'float64'
      dense: 'int64?'
      before: 'float64?'
      filled: 'float64'
      step: 'int64?'
      days: 'int64?'
      change: 'float64?'
      total: 'int64'
      trues: 'int64?'
      low: 'utf8'
      count: 'int64'
      forward: 'float64?'
      line: 'float64'
      smooth: 'float64?'
      rolled: 'int64?'
      lowest: 'timestamp[us]?'
      quotes: 'int64'
    }
  >(true)
  const share = df.Close.div(df.Close.max().over('Ticker'))
  same<ModeOf<typeof share>, 'row'>(true)
  // @ts-expect-error a value per row is no aggregate
  df.groupBy('Ticker').agg(c => ({ total: c.Close.cumSum() }))
  // @ts-expect-error text has no sum
  df.withColumns(c => ({ total: c.Ticker.cumSum() }))
  // @ts-expect-error text has no mean
  df.withColumns(c => ({ x: c.Ticker.rolling(2).mean() }))
  // @ts-expect-error a period without its times
  df.Close.rolling({ period: '7d' })
  // @ts-expect-error an unknown method
  df.Close.rank({ method: 'first' })
  // @ts-expect-error a fill of another kind
  df.Close.shift(1, { fill: 'none' })
  // @ts-expect-error a misspelt option
  df.Close.sum().over('Ticker', { orderby: 'Date' })
}

export function groupsOfTime(): void {
  const monthly = df.groupByTime('Date', { every: '1mo', by: ['Ticker'] }).agg(c => ({ open: c.Open.mean() }))
  same<SchemaOf<typeof monthly>, { Date: 'date'; Ticker: 'utf8'; open: 'float64?' }>(true)
  const filled = df
    .groupByTime('At', { every: '1d', by: 'Ticker', zone: 'Europe/Berlin', fillEmpty: { high: 0 } })
    .agg(c => ({ high: c.Close.max(), total: c.Volume.sum(), mean: c.Close.mean() }))
  same<
    SchemaOf<typeof filled>,
    { Ticker: 'utf8'; At: 'timestamp[us]?'; high: 'float64?'; total: 'int64'; mean: 'float64?' }
  >(true)
  const notFilled = df.groupByTime('Date', { every: '1d', fillEmpty: false }).Close.max()
  same<SchemaOf<typeof notFilled>, { Date: 'date'; Close: 'float64' }>(true)
  // @ts-expect-error no value to fill with
  df.groupByTime('Date', { every: '1d', fillEmpty: 'zero' })
  const hourly = df.groupByTime('At', { every: '1h' }).Volume.sum()
  same<SchemaOf<typeof hourly>, { At: 'timestamp[us]?'; Volume: 'int64' }>(true)
  // @ts-expect-error an unknown column
  df.groupByTime('When', { every: '1h' })
  // @ts-expect-error no interval
  df.groupByTime('At', {})
  // @ts-expect-error an unknown key
  df.groupByTime('At', { every: '1h', by: 'Tickr' })
}

export function summaries(): void {
  const numbers = df.select('Ticker', 'Open', 'Volume')
  const shares = numbers.quantile([0.1, 0.9])
  same<SchemaOf<typeof shares>, { q: 'float64'; Open: 'float64?'; Volume: 'float64?' }>(true)
  const together = numbers.corr()
  same<SchemaOf<typeof together>, { column: 'utf8'; Open: 'float64?'; Volume: 'float64?' }>(true)
  const pair = df.groupBy('Ticker').agg(c => ({ r: c.Open.corr(c.Volume) }))
  same<SchemaOf<typeof pair>, { Ticker: 'utf8'; r: 'float64?' }>(true)
  // @ts-expect-error text has no correlation
  df.agg(c => ({ r: c.Open.corr(c.Ticker) }))
}
export function functionsOverColumns(): void {
  // mapBatches: the columns of a batch as typed arrays or strings; `returns` is the schema of the result.
  const mapped = df.mapBatches(
    batch => {
      same<typeof batch.Close.values, Float64Array>(true)
      same<typeof batch.Volume.values, BigInt64Array>(true)
      same<typeof batch.Date.values, Int32Array>(true)
      same<typeof batch.Ticker.values, readonly string[]>(true)
      // @ts-expect-error no such column
      void batch.Nothing
      return { x: batch.Close.values, s: ['a', null] }
    },
    { returns: { x: 'float64', s: 'utf8?' } },
  )
  same<SchemaOf<typeof mapped>, { x: 'float64'; s: 'utf8?' }>(true)
  // @ts-expect-error a column that returns names is missing
  df.mapBatches(() => ({ x: [1] }), { returns: { x: 'float64', s: 'utf8?' } })
  // @ts-expect-error strings are no float64
  df.mapBatches(() => ({ x: ['a'] }), { returns: { x: 'float64' } })
  // @ts-expect-error the column may not be null
  df.mapBatches(() => ({ x: [null] }), { returns: { x: 'float64' } })

  const applied = df.groupBy('Ticker').apply(
    (group, key) => {
      same<typeof key, { readonly Ticker: string }>(true)
      return { top: [Math.max(...group.Close.values)] }
    },
    { returns: { top: 'float64' } },
  )
  same<SchemaOf<typeof applied>, { Ticker: 'utf8'; top: 'float64' }>(true)
}
