// The typing table that the engine has too (native/expr); test/frame/expressions.test.ts compares the two by running.

import { expect, test } from 'vitest'
import { coalesce, concatStr, type Expr, lit, when } from '../../dist/index.js'
import { lazyFrame } from './scan.js'

const df = lazyFrame({
  b: 'bool',
  bn: 'bool?',
  i8: 'int8',
  i32: 'int32',
  i64: 'int64',
  i64n: 'int64?',
  u8: 'uint8',
  u64: 'uint64',
  f32: 'float32',
  f64: 'float64',
  f64n: 'float64?',
  s: 'utf8',
  sn: 'utf8?',
  k: 'dict',
  d: 'date',
  dn: 'date?',
  ms: 'timestamp[ms]',
  us: 'timestamp[us]',
  ns: 'timestamp[ns]',
})
const c = df.col
type AnyExpr = Expr<any, any>

const typeOf = (expr: unknown): string => df.select(() => ({ x: expr as Expr<any> })).schema.x as string
const aggregateType = (expr: unknown): string =>
  df.groupBy('k').agg(() => ({ x: expr as Expr<any, 'agg'> })).schema.x as string

const cases: [expr: AnyExpr, type: string][] = [
  [c.i32.eq(1), 'bool'],
  [c.i64n.gt(c.f64), 'bool?'],
  [c.i64n.eqMissing(null), 'bool'],
  [c.d.lt('2020-01-01'), 'bool'],
  [c.d.lt(c.us), 'bool'],
  [c.ms.ge(c.ns), 'bool'],
  [c.s.eq(c.k), 'bool'],
  [c.f64.between(0, c.f64n), 'bool?'],
  [c.sn.isIn(['a']), 'bool?'],
  [c.i8.add(c.u8), 'int64'],
  [c.i32.add(1), 'int64'],
  [c.u64.add(c.u64), 'uint64'],
  [c.u64.sub(c.i64), 'int64'],
  [c.i64.add(1.5), 'float64'],
  [c.f32.add(c.f32), 'float64'],
  [c.f32.mul(c.i8), 'float64'],
  [c.i64n.mul(c.i64), 'int64?'],
  [c.i64.div(2), 'float64'],
  [c.i64.floorDiv(2), 'int64?'],
  [c.i64.mod(c.f64), 'float64'],
  [c.i64.pow(2), 'float64'],
  [c.d.sub(c.dn), 'int64?'],
  [c.d.sub('2020-01-01'), 'int64'],
  [c.d.add(7), 'date'],
  [c.us.sub(c.ns), 'int64'],
  [c.ns.add(1), 'timestamp[ns]'],
  [c.u8.neg(), 'int64'],
  [c.f32.neg(), 'float64'],
  [c.u8.abs(), 'uint8'],
  [c.f32.round(2), 'float32'],
  [c.i32.floor(), 'int32'],
  [c.i32.sqrt(), 'float64'],
  [c.f64n.log10(), 'float64?'],
  [c.b.and(c.bn), 'bool?'],
  [c.bn.not(), 'bool?'],
  [c.f64n.isNull(), 'bool'],
  [c.f64n.isNaN(), 'bool?'],
  [c.f64n.fillNull(0), 'float64'],
  [c.f32.fillNull(0.1), 'float32'],
  [c.f64.fillNaN(null), 'float64?'],
  [c.i64n.coalesce(c.i32, 0), 'int64'],
  [coalesce(c.sn, c.k), 'utf8'],
  [coalesce(c.f64n, null), 'float64?'],
  [c.i8.coalesce(c.i8), 'int8'],
  [when(c.b).then(c.i32).otherwise(c.i32), 'int32'],
  [when(c.b).then(c.i32).otherwise(c.u8), 'int64'],
  [when(c.b).then(c.i32).otherwise(c.f32), 'float64'],
  [when(c.b).then('x').otherwise(null), 'utf8?'],
  [when(c.b).then(c.d).otherwise('2020-01-01'), 'date'],
  [c.f64n.cast('int8'), 'int8?'],
  [c.s.cast('timestamp[ms]'), 'timestamp[ms]'],
  [c.us.cast('date'), 'date'],
  [c.k.cast('utf8'), 'utf8'],
  [lit(null).cast('float64'), 'float64?'],
  [c.s.str.contains('a'), 'bool'],
  [c.sn.str.length(), 'int64?'],
  [c.k.str.toUpper(), 'utf8'],
  [c.s.str.slice(-2), 'utf8'],
  [concatStr(c.s, '-', c.sn), 'utf8?'],
  [c.dn.dt.year(), 'int32?'],
  [c.us.dt.truncate('month'), 'timestamp[us]'],
  [c.ns.dt.toDate(), 'date'],
  [c.d.dt.epoch('ms'), 'int64'],
  [c.dn.dt.isLeapYear(), 'bool?'],
  [c.us.dt.week(), 'int32'],
  [c.us.dt.monthEnd(), 'timestamp[us]'],
  [c.d.dt.round('2w'), 'date'],
  [c.dn.dt.offsetBy('1mo'), 'date?'],
  [c.d.dt.diff(c.dn, 'mo'), 'int64?'],
  [c.d.dt.diff('2020-01-01', 'd'), 'int64'],
  [c.ns.dt.format('%F'), 'utf8'],
  [c.ns.dt.inZone('Asia/Kolkata').truncate('day'), 'timestamp[ns]'],
  [c.ns.dt.inZone('Asia/Kolkata').hour(), 'int32'],
  [c.us.dt.toUtc('Asia/Kolkata'), 'timestamp[us]'],
  [c.us.dt.toUtc('Asia/Kolkata', { ambiguous: 'null' }), 'timestamp[us]?'],
  [c.s.str.toDate(), 'date'],
  [c.s.str.toDate('%F', { strict: false }), 'date?'],
  [c.sn.str.toTimestamp('%F', { unit: 'ms' }), 'timestamp[ms]?'],
  [lit(1), 'int64'],
  [lit(1.5), 'float64'],
  [lit(2n ** 63n), 'uint64'],
  [lit(new Date(0)), 'timestamp[ms]'],
  [lit(-0), 'float64'],
]

test.each(cases.map(([expr, type]) => [String(expr), type, expr] as const))(
  '%s is %s',
  (_text, type, expr) => {
    expect(typeOf(expr)).toBe(type)
  },
)

const aggregates: [expr: AnyExpr, type: string][] = [
  [c.sn.count(), 'int64'],
  [c.sn.nUnique(), 'int64'],
  [c.i8.sum(), 'int64'],
  [c.b.sum(), 'int64'],
  [c.u64.sum(), 'uint64'],
  [c.f32.sum(), 'float64'],
  [c.i32.mean(), 'float64'],
  [c.f64n.mean(), 'float64?'],
  [c.b.mean(), 'float64'],
  [c.i32.std(), 'float64?'],
  [c.i32.var({ ddof: 0 }), 'float64?'],
  [c.i32.median(), 'float64'],
  [c.i32.quantile(0.9), 'float64'],
  [c.s.min(), 'utf8'],
  [c.f32.max(), 'float32'],
  [c.dn.first(), 'date?'],
  [c.k.last({ skipNulls: true }), 'dict'],
  [c.bn.any(), 'bool'],
  [c.bn.all(), 'bool'],
  [c.f64.max().sub(c.f64.min()), 'float64'],
]

test.each(aggregates.map(([expr, type]) => [String(expr), type, expr] as const))(
  '%s is %s a group',
  (_t, type, expr) => {
    expect(aggregateType(expr)).toBe(type)
  },
)

test('over a whole frame whatever needs a row may be null', () => {
  const all = df.agg(a => ({
    mean: a.i32.mean(),
    min: a.s.min(),
    sum: a.i32.sum(),
    count: a.i32.count(),
    range: a.i32.max().sub(a.i32.min()),
  }))
  expect(all.schema).toEqual({
    mean: 'float64?',
    min: 'utf8?',
    sum: 'int64',
    count: 'int64',
    range: 'int64?',
  })
})

const untyped = c as Record<string, any>
const wrong: [name: string, make: () => unknown][] = [
  ['number with text', () => untyped.f64.gt('x')],
  ['text with number', () => untyped.s.eq(1)],
  ['bool with number', () => untyped.b.eq(1)],
  ['date with number', () => untyped.d.gt(1)],
  ['text added', () => untyped.s.add('x')],
  ['bool added', () => untyped.b.add(1)],
  ['dates added', () => untyped.d.add(untyped.d)],
  ['timestamps multiplied', () => untyped.us.mul(2)],
  ['number and', () => untyped.f64.and(true)],
  ['root of text', () => untyped.s.sqrt()],
  ['NaN of text', () => untyped.s.isNaN()],
  ['fillNaN of integers', () => untyped.i64.fillNaN(0)],
  ['fraction into integers', () => untyped.i64n.fillNull(1.5)],
  ['text into numbers', () => untyped.i64n.fillNull('x')],
  ['length of numbers', () => untyped.f64.str.length()],
  ['year of text', () => untyped.s.dt.year()],
  ['mean of text', () => untyped.s.mean()],
  ['any of numbers', () => untyped.f64.any()],
  ['number in a list of text', () => untyped.f64.isIn(['a'])],
  ['branches of two kinds', () => when(c.b).then(1).otherwise('x')],
  ['a number as condition', () => when(untyped.f64).then(1).otherwise(2)],
  ['text with a number joined', () => concatStr(c.s, untyped.f64)],
  ['date to bool', () => untyped.d.cast('bool')],
  ['row with aggregate', () => untyped.f64.sub(untyped.f64.mean())],
  ['aggregate of aggregate', () => untyped.f64.mean().sum()],
]

test.each(wrong)('%s is ERR_TYPE with a hint', (_name, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_TYPE', hint: expect.any(String) }))
})
