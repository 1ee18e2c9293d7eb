import type { ClosedEnd } from '../../plan/expression/window.js'
import type { OrNull } from '../schema-types.js'
import type { Expr, Typed } from './expr.js'
import type { ForKind, Total } from './operand-types.js'

/** A window of a number of rows. */
export interface RollingRows {
  /** How many: the row itself and those before it. */
  readonly rows: number
  /** Fewer values than this give null; default all `rows`. */
  readonly minPeriods?: number
  /** The row is in the middle of its window instead of at the end; default false. */
  readonly center?: boolean
}

/** A window of a span of time. */
export interface RollingPeriod {
  /** How far it reaches back: `'7d'`, `'36h'`, `'90s'`; units are ns, us, ms, s, m, h, d, w. */
  readonly period: string
  /** The dates or timestamps of the rows: a column's name or an expression. Rows need not be in its order. */
  readonly by: string | Typed<any, 'row'>
  /**
   * Which ends belong to it: the row's own time (`right`, default), the one a period before (`left`), `both` or `none`.
   * All rows of a time are in or out, wherever they stand.
   */
  readonly closed?: ClosedEnd
  /** Fewer values than this give null; default 1. */
  readonly minPeriods?: number
}

type Rolled<C, R> = ForKind<
  C,
  'number' | 'boolean',
  Expr<R, 'row'>,
  'this rolling aggregate needs a number column'
>
type Extreme<C> = ForKind<
  C,
  'number' | 'boolean' | 'date',
  Expr<OrNull<C>, 'row'>,
  'a rolling extreme needs a number or date'
>

/** Aggregates of a rolling window. Nulls are skipped; NaN propagates from the windows that hold it, except in min and max. */
export interface RollingMethods<C> {
  /** Mean. pandas: `s.rolling(n).mean()`. @example df.withColumns((c) => ({ x: c.Close.rolling(2).mean() })) */
  mean(): Rolled<C, 'float64?'>
  /** Sum, checked for integers. pandas: `s.rolling(n).sum()`. @example df.withColumns((c) => ({ x: c.Volume.rolling(2).sum() })) */
  sum(): Rolled<C, OrNull<Total<C>>>
  /** Least value. pandas: `s.rolling(n).min()`. @example df.withColumns((c) => ({ x: c.Low.rolling(2).min() })) */
  min(): Extreme<C>
  /** Greatest value. pandas: `s.rolling(n).max()`. @example df.withColumns((c) => ({ x: c.High.rolling(2).max() })) */
  max(): Extreme<C>
  /** Standard deviation. pandas: `s.rolling(n).std()`. @example df.withColumns((c) => ({ x: c.Close.rolling(3).std() })) */
  std(options?: { ddof?: number }): Rolled<C, 'float64?'>
  /** Variance. pandas: `s.rolling(n).var()`. @example df.withColumns((c) => ({ x: c.Close.rolling(3).var({ ddof: 0 }) })) */
  var(options?: { ddof?: number }): Rolled<C, 'float64?'>
  /** Middle value. pandas: `s.rolling(n).median()`. @example df.withColumns((c) => ({ x: c.Close.rolling(3).median() })) */
  median(): Rolled<C, 'float64?'>
  /** Quantile, interpolated. pandas: `s.rolling(n).quantile(q)`. @example df.withColumns((c) => ({ x: c.Close.rolling(3).quantile(0.9) })) */
  quantile(q: number): Rolled<C, 'float64?'>
  /** Number of values that are not null, whatever `minPeriods`. pandas: `s.rolling(n).count()`. @example df.withColumns((c) => ({ x: c.Open.rolling(2).count() })) */
  count(): Expr<'int64', 'row'>
}
