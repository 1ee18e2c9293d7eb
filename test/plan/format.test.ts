import { expect, test } from 'vitest'
import { coalesce, col, count, lit, when } from '../../dist/index.js'
import { prices as df } from './scan.js'

test.each([
  [() => df.Close.gt(0), 'Close > 0'],
  [() => df.Close.gt(0).and(df.Open.lt(1)).or(df.Up), 'Close > 0 and Open < 1 or Up'],
  [() => df.Close.gt(0).and(df.Open.lt(1).or(df.Up)), 'Close > 0 and (Open < 1 or Up)'],
  [() => df.High.sub(df.Low).mul(2), '(High - Low) * 2'],
  [() => df.High.sub(df.Low.sub(1)), 'High - (Low - 1)'],
  [() => df.High.neg().pow(2), '-High ** 2'],
  [() => df.Up.and(true).not(), 'not (Up and true)'],
  [() => df.Ticker.eq('A'), "Ticker == 'A'"],
  [() => df.Date.ge('2020-01-01'), 'Date >= 2020-01-01'],
  [() => df.At.ge('2020-01-01T12:00:00.5'), 'At >= 2020-01-01T12:00:00.5Z'],
  [
    () => df.Ticker.isIn(['a', 'b', 'c', 'd', 'e', 'f', 'g']),
    "Ticker in ['a', 'b', 'c', 'd', 'e', … 2 more]",
  ],
  [() => df.Open.isNull(), 'isNull(Open)'],
  [() => coalesce(df.Open, 0), 'coalesce(Open, 0)'],
  [() => df.Close.cast('int64'), "cast(Close, 'int64')"],
  [() => df.Ticker.str.slice(1, 2), 'slice(Ticker, 1, 2)'],
  [() => df.Date.dt.truncate('month'), "truncate(Date, 'month')"],
  [() => df.Close.std({ ddof: 0 }), 'std(Close, ddof=0)'],
  [() => df.Close.quantile(0.9), 'quantile(Close, quantile=0.9)'],
  [() => count(), 'size()'],
  [() => col('Adj Close').gt(0), '"Adj Close" > 0'],
  [() => lit(null), 'null'],
  [() => when(df.Up).then(1).otherwise(2), '(when Up then 1 otherwise 2)'],
])('%s reads %s', (make, text) => {
  expect(String(make())).toBe(text)
})

test('a shared expression of astronomic size stays short and quick', () => {
  let expr = df.Close.add(1)
  for (let i = 0; i < 200; i++) expr = expr.add(expr) as unknown as typeof expr
  expect(String(expr).length).toBeLessThan(500)
})
