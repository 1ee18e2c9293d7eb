import type { RankMethod } from '../../plan/expression/window.js'
import type { NullableAs, OrNull, Value } from '../schema-types.js'
import type { SortOrder } from '../sort-direction.js'
import type { Expr, Typed } from './expr.js'
import type { Difference, ForKind, Total } from './operand-types.js'
import type { RollingMethods, RollingPeriod, RollingRows } from './rolling-methods.js'

/** What brings rows together or puts them in order: a column's name, or an expression. */
export type WindowKey = string | Typed<any, 'row'>

export interface OverOptions {
  /** The order in each partition: what `sortBy` takes, one or a list. By default rows come as they are. */
  readonly orderBy?: WindowKey | SortOrder | readonly (WindowKey | SortOrder)[]
}

export interface RankOptions {
  /**
   * What equal values get: their average rank (default), their least, their greatest, the same without gaps behind
   * (`dense`), or different ones in order (`ordinal`).
   */
  readonly method?: RankMethod
  /** The largest value is the first; default false. */
  readonly descending?: boolean
}

export interface ShiftOptions<C> {
  /** What rows get that no value comes to; by default null. */
  readonly fill?: 0 extends 1 & C ? any : Value<C>
}

export interface FillOptions {
  /** How many nulls in a row are filled; default all. */
  readonly limit?: number
}

type Ranked<C, O> = NullableAs<
  O extends { readonly method: 'min' | 'max' | 'dense' | 'ordinal' } ? 'int64' : 'float64',
  C
>
type Shifted<C, O> = O extends { readonly fill: NonNullable<unknown> } ? C : OrNull<C>
type Numeric<C, R> = ForKind<C, 'number', Expr<R, 'row'>, 'this window function needs a number column'>
type Summable<C, R> = ForKind<
  C,
  'number' | 'boolean',
  Expr<R, 'row'>,
  'this window function needs a number column'
>

/**
 * A value for each row from the rows around it, over the whole frame in the order of its rows, or by `over` in each
 * partition. Legal wherever a column is: in withColumns, select, filter and sortBy; not in `agg`. They hold all rows in
 * memory.
 */
export interface WindowMethods<C> {
  /**
   * Computes the aggregates and window functions of the expression in each group of rows that have the same keys, every
   * row keeping its place. Without keys the frame is one group. pandas: `groupby(k).transform(...)`; Polars: `over`.
   *
   * @example df.withColumns((c) => ({ share: c.Volume.div(c.Volume.sum().over('Date')) }))
   * @example df.withColumns((c) => ({ total: c.Volume.cumSum().over('Ticker', { orderBy: 'Date' }) }))
   * @throws ERR_TYPE when there is neither an aggregate nor a window function, ERR_COLUMN_NOT_FOUND
   */
  over(...keys: (WindowKey | readonly WindowKey[])[]): Expr<C, 'row'>
  over(
    ...keysAndOptions: [...keys: (WindowKey | readonly WindowKey[])[], options: OverOptions]
  ): Expr<C, 'row'>

  /**
   * The place of the value in the order of all: 1 for the least. Null has none; NaN comes after every number. Sorts the
   * rows. pandas: `s.rank(method=)`; Polars: `rank`.
   *
   * @example df.withColumns((c) => ({ place: c.Volume.rank({ method: 'dense', descending: true }).over('Date') }))
   * @throws ERR_UNKNOWN_OPTION, ERR_INVALID_ARGUMENT
   */
  rank<const O extends RankOptions = Record<never, never>>(options?: O): Expr<Ranked<C, O>, 'row'>

  /**
   * The value of `rows` rows before (1 by default), or behind when that is negative. pandas: `s.shift(n)`; SQL: `lag`,
   * `lead`.
   *
   * @example df.withColumns((c) => ({ before: c.Close.shift(1).over('Ticker') }))
   * @example df.withColumns((c) => ({ next: c.Close.shift(-1, { fill: 0 }) }))
   * @throws ERR_INVALID_ARGUMENT unless the rows are a whole number, ERR_TYPE when the fill does not fit the column
   */
  shift<const O extends ShiftOptions<C> = Record<never, never>>(
    rows?: number,
    options?: O,
  ): Expr<Shifted<C, O>, 'row'>

  /**
   * The difference to the value of `rows` rows before; of dates in days or ticks. Integers are checked. pandas:
   * `s.diff(n)`.
   *
   * @example df.withColumns((c) => ({ step: c.Close.diff().over('Ticker') }))
   * @throws ERR_TYPE unless it is a number or a date
   */
  diff(
    rows?: number,
  ): ForKind<
    C,
    'number' | 'date',
    Expr<OrNull<Difference<C, Typed<C, 'row'>>>, 'row'>,
    'diff() needs a number or date'
  >

  /**
   * The change since the value of `rows` rows before, as a share of that. Nulls are not filled first. pandas:
   * `s.pct_change(n, fill_method=None)`.
   *
   * @example df.withColumns((c) => ({ change: c.Close.pctChange() }))
   * @throws ERR_TYPE unless it is a number
   */
  pctChange(rows?: number): Numeric<C, 'float64?'>

  /**
   * Aggregates of the rows around each row: of a number of them, or of a span of time before it. With `over`, of the rows of
   * its partition. A few operations a row, whatever the size of the window; quantiles grow with its logarithm. pandas: `s.rolling(7)`,
   * `rolling('7d', on=)`; Polars: `rolling_mean`, `rolling_mean_by`.
   *
   * @example df.withColumns((c) => ({ smooth: c.Close.rolling(7).mean().over('Ticker') }))
   * @example df.withColumns((c) => ({ week: c.Volume.rolling({ period: '7d', by: 'Date' }).sum() }))
   * @throws ERR_INVALID_ARGUMENT, ERR_UNKNOWN_OPTION
   */
  rolling(window: number | RollingRows | RollingPeriod): RollingMethods<C>

  /**
   * The sum of the values so far; null where the value is. Integers are exact (ERR_OVERFLOW past 64 bits), floats
   * compensated; NaN propagates. pandas: `s.cumsum()`.
   *
   * @example df.withColumns((c) => ({ total: c.Volume.cumSum() }))
   * @throws ERR_TYPE unless it is a number or a condition
   */
  cumSum(): Summable<C, NullableAs<Total<C>, C>>

  /**
   * The product of the values so far; null where the value is. Integers are checked. pandas: `s.cumprod()`.
   *
   * @example df.withColumns((c) => ({ growth: c.Rate.add(1).cumProd() }))
   * @throws ERR_TYPE unless it is a number or a condition
   */
  cumProd(): Summable<C, NullableAs<Total<C>, C>>

  /**
   * The least value so far; null where the value is; NaN only while there is nothing else. pandas: `s.cummin()`.
   *
   * @example df.withColumns((c) => ({ low: c.Close.cumMin() }))
   */
  cumMin(): Expr<C, 'row'>

  /**
   * The greatest value so far; null where the value is; NaN only while there is nothing else. pandas: `s.cummax()`.
   *
   * @example df.withColumns((c) => ({ high: c.Close.cumMax() }))
   */
  cumMax(): Expr<C, 'row'>

  /**
   * How many values so far are not null. Polars: `cum_count`; pandas: `s.notna().cumsum()`.
   *
   * @example df.withColumns((c) => ({ quotes: c.Open.cumCount() }))
   */
  cumCount(): Expr<'int64', 'row'>

  /**
   * The last value before, where there is none. pandas: `s.ffill(limit=)`; Polars: `forward_fill`.
   *
   * @example df.withColumns((c) => ({ Open: c.Open.fillForward({ limit: 3 }).over('Ticker') }))
   * @throws ERR_UNKNOWN_OPTION, ERR_INVALID_ARGUMENT
   */
  fillForward(options?: FillOptions): Expr<C, 'row'>

  /**
   * The next value behind, where there is none. pandas: `s.bfill(limit=)`; Polars: `backward_fill`.
   *
   * @example df.withColumns((c) => ({ Open: c.Open.fillBackward() }))
   * @throws ERR_UNKNOWN_OPTION, ERR_INVALID_ARGUMENT
   */
  fillBackward(options?: FillOptions): Expr<C, 'row'>

  /**
   * The straight line between the values around nulls, by row; nulls before the first and behind the last value stay.
   * pandas: `s.interpolate(limit_area='inside')`; Polars: `interpolate`.
   *
   * @example df.withColumns((c) => ({ Open: c.Open.interpolate() }))
   * @throws ERR_TYPE unless it is a number
   */
  interpolate(): Numeric<C, NullableAs<'float64', C>>
}
