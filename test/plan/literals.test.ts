import { expect, test } from 'vitest'
import { col, lit, MillraceError } from '../../dist/index.js'
import {
  dateText,
  parseDate,
  parseTimestamp,
  ticksOf,
  ticksToMs,
  timestampText,
} from '../../dist/plan/expression/calendar.js'
import { serializePlan } from '../../dist/plan/serialize.js'
import { lazyFrame, planFrom } from './scan.js'

const df = lazyFrame({
  d: 'date',
  ms: 'timestamp[ms]',
  us: 'timestamp[us]',
  ns: 'timestamp[ns]',
  i8: 'int8',
  i64: 'int64',
  u64: 'uint64',
  f32: 'float32',
  f64: 'float64',
  s: 'utf8',
  b: 'bool',
})

/** The literals that cross to the engine for `predicate`. */
function literals(predicate: unknown): unknown[] {
  const { plan } = serializePlan(planFrom(df.filter(predicate as ReturnType<typeof df.b.not>)))
  const [, step] = plan.steps as unknown as { nodes: unknown[][] }[]
  return step!.nodes.filter(node => node[0] === 'lit').map(node => node.slice(1))
}

test.each([
  [() => df.f64.gt(0), ['float64', 0]],
  [() => df.f64.gt(5n), ['float64', 5]],
  [() => df.f64.gt(Number.POSITIVE_INFINITY), ['float64', 'Infinity']],
  [() => df.f64.ne(Number.NaN), ['float64', 'NaN']],
  [() => df.f32.gt(0.5), ['float32', 0.5]],
  [() => df.f32.gt(0.1), ['float64', 0.1]],
  [() => df.i8.gt(5), ['int8', 5]],
  [() => df.i8.gt(500), ['int64', '500']],
  [() => df.i64.gt(2 ** 60), ['int64', '1152921504606846976']],
  [() => df.i64.gt(2 ** 53 - 1), ['int64', '9007199254740991']],
  [() => df.i64.gt(1.5), ['float64', 1.5]],
  [() => df.u64.gt(2n ** 63n), ['uint64', '9223372036854775808']],
  [() => df.f64.gt(2n ** 53n + 1n), ['int64', '9007199254740993']],
  [() => df.d.gt('2020-01-01'), ['date', 18262]],
  [() => df.d.gt(new Date('2020-01-01')), ['date', 18262]],
  [() => df.d.gt('2020-01-01T12:00'), ['timestamp[us]', '1577880000000000']],
  [() => df.ms.gt('2020-01-01'), ['timestamp[ms]', '1577836800000']],
  [() => df.ms.gt('2020-01-01T00:00:00.0005Z'), ['timestamp[us]', '1577836800000500']],
  [() => df.us.gt('2020-01-01 00:00+01:00'), ['timestamp[us]', '1577833200000000']],
  [() => df.ns.gt('2020-01-01T00:00:00.123456789Z'), ['timestamp[ns]', '1577836800123456789']],
  [() => df.us.gt(new Date(1)), ['timestamp[us]', '1000']],
  [() => df.s.eq('2020-01-01'), ['utf8', '2020-01-01']],
  [() => df.b.eq(true), ['bool', true]],
])('%s sends the literal %j', (make, expected) => {
  expect(literals(make())).toEqual([expected])
})

test('an unbound column gets its literals converted where it is used', () => {
  expect(literals(col('d').ge('2020-01-01'))).toEqual([['date', 18262]])
  expect(literals(col('s').ge('2020-01-01'))).toEqual([['utf8', '2020-01-01']])
  expect(literals(col('f64').between(0, 1))).toEqual([
    ['float64', 0],
    ['float64', 1],
  ])
})

test('members of a list take the form of the column, and those that cannot match are left out', () => {
  const members = (predicate: unknown) => {
    const { plan } = serializePlan(planFrom(df.filter(predicate as ReturnType<typeof df.b.not>)))
    return (plan.steps as unknown as { nodes: unknown[][] }[])[1]!.nodes.find(node => node[0] === 'isIn')![2]
  }
  expect(members(df.d.isIn(['2020-01-01', new Date(0), null]))).toEqual([18262, 0])
  expect(members(df.i64.isIn([1, 2.5, 3n]))).toEqual(['1', '3'])
  expect(members(df.i8.isIn([1, 1000]))).toEqual([1])
  expect(members(df.i64.isIn([-0, 2 ** 60, 1e300, Number.NaN]))).toEqual(['0', '1152921504606846976'])
  expect(members(df.f64.isIn([1, -0]))).toEqual([1, 0])
  expect(members(df.s.isIn(new Set(['a', 'b'])))).toEqual(['a', 'b'])
  expect(members(col('d').isIn(['2020-01-01']))).toEqual([18262])
  expect(members(df.s.isIn([]))).toEqual([])
})

test.each(['2020-13-01', '2020-02-30', 'yesterday', '', '2020-01-01T25:00', '2020-01-01T10'])(
  '%j beside a date is an error that says how dates are written',
  text => {
    expect(() => df.d.gt(text)).toThrow(
      expect.objectContaining({ code: 'ERR_TYPE', text, hint: expect.stringContaining('2020-12-31') }),
    )
  },
)

test.each([[null], [undefined]])('comparing with %s teaches isNull', value => {
  expect(() => df.f64.eq(value as unknown as number)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', hint: expect.stringContaining('isNull') }),
  )
})

test.each([[[1]], [{}], [() => 1], [Symbol('x')], [new Date(Number.NaN)], [2n ** 64n]])(
  '%o is no literal',
  value => {
    expect(() => lit(value as never)).toThrow(MillraceError)
  },
)

test('negative zero survives', () => {
  expect(String(lit(-0))).toBe('-0')
  expect(String(lit(0))).toBe('0')
})

test('dates go to text and back for every day of 400 years', () => {
  let wrong = 0
  for (let day = -80_000; day < 66_000; day++) if (parseDate(dateText(day)) !== day) wrong++
  expect(wrong).toBe(0)
})

test.each([
  [0n, 'timestamp[ms]', '1970-01-01T00:00:00Z'],
  [-1n, 'timestamp[ms]', '1969-12-31T23:59:59.999Z'],
  [1_500_000n, 'timestamp[us]', '1970-01-01T00:00:01.5Z'],
  [-1n, 'timestamp[ns]', '1969-12-31T23:59:59.999999999Z'],
  [2n ** 63n - 1n, 'timestamp[ns]', '2262-04-11T23:47:16.854775807Z'],
  [2n ** 63n - 1n, 'timestamp[ms]', '9223372036854775807 ms'],
])('%s ticks of %s are %s', (ticks, dtype, text) => {
  expect(timestampText(ticks, dtype)).toBe(text)
})

test('milliseconds are rounded down, exactly, near every power of two', () => {
  let wrong = 0
  for (let bit = 0n; bit < 63n; bit++) {
    for (const ticks of [2n ** bit - 1n, 2n ** bit, -(2n ** bit) - 1n, 1000n * (2n ** bit / 1000n) - 1n]) {
      if (BigInt.asIntN(64, ticks) !== ticks) continue
      for (const [dtype, per] of [
        ['timestamp[us]', 1000n],
        ['timestamp[ns]', 1_000_000n],
      ] as const) {
        const floor = (ticks - (((ticks % per) + per) % per)) / per
        if (BigInt(ticksToMs(ticks, dtype)) !== floor) wrong++
      }
    }
  }
  expect(wrong).toBe(0)
})

test('timestamps go to text and back exactly', () => {
  for (const ticks of [0n, 1n, -1n, 123_456_789_012_345_678n, -98_765_432_109_876_543n]) {
    expect(parseTimestamp(timestampText(ticks, 'timestamp[ns]'))).toBe(ticks)
  }
})

test('a time that a unit cannot hold has no ticks in it', () => {
  expect(ticksOf(1_000_000n, 'ms')).toBe(1n)
  expect(ticksOf(1_000_001n, 'ms')).toBeUndefined()
  expect(ticksOf(2n ** 63n, 'ns')).toBeUndefined()
})
