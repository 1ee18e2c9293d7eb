import { coalesce, col, MillraceError } from 'millrace'
import { expect, test } from 'vitest'

const a = col('a') as any

test.each<[string, () => unknown, string]>([
  ['nothing', () => a.approxNUnique(12), 'approxNUnique() takes no arguments but received 1'],
  ['one thing', () => a.eq(1, 2), 'eq() takes one argument but received 2'],
  ['a default', () => a.round(2, 'even'), 'round() takes one argument but received 2'],
  ['two things', () => a.shift(1, {}, 0), 'shift() takes at most 2 arguments but received 3'],
  ['undefined', () => a.mean(undefined), 'mean() takes no arguments but received 1'],
  ['text functions', () => a.str.length('x'), 'length() takes no arguments'],
  ['patterns', () => a.str.extract(/(a)/, 1, {}, 2), 'extract() takes at most 3 arguments'],
  ['date functions', () => a.dt.truncate('day', 'UTC'), 'truncate() takes one argument'],
  ['dates in zones', () => a.dt.inZone('UTC').monthStart('UTC'), 'monthStart() takes no arguments'],
  ['parts of dates', () => a.dt.year('UTC'), 'year() takes no arguments'],
  ['rolling windows', () => a.rolling(3).mean(2), 'mean() takes no arguments'],
])('a function of an expression refuses arguments that it would ignore: %s', (_, call, message) => {
  expect(call).toThrow(MillraceError)
  expect(call).toThrow(message)
  try {
    call()
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
    // The line to look at is the caller's own.
    expect((error as Error).stack).toMatch(/^.*\n.*\n\s+at .*surplus-arguments\.test/)
  }
})

test('as many as there are parameters are fine, whatever their defaults', () => {
  for (const call of [
    () => a.round(2),
    () => a.shift(1, { fill: 0 }),
    () => a.diff(2),
    () => a.pctChange(2),
    () => a.coalesce(a, a, 1),
    () => a.sum().over('b', 'c', { orderBy: 'd' }),
    () => a.str.extract(/(a)/, 1, { timeout: 5 }),
    () => a.str.normalize('NFD'),
    () => a.str.padStart(3, '0'),
    () => a.str.padEnd(3, '0'),
    () => a.str.toTimestamp('%Y', { unit: 'ms' }),
    () => a.str.replace(/a/, 'b', { timeout: 5 }),
    () => a.dt.toUtc('UTC', { ambiguous: 'null' }),
    () => a.rolling(3).std({ ddof: 0 }),
    () => coalesce(a, a, a, 0),
    () => ['a', 'b'].map(col),
  ])
    expect(call).not.toThrow()
})
