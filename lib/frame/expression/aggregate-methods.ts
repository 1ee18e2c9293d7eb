import type { BoolType, NullableAs, NumberType } from '../schema-types.js'
import type { Expr, Typed } from './expr.js'
import type { ForKind, Total } from './operand-types.js'

type Numeric<C, R> = ForKind<C, 'number' | 'boolean', Expr<R, 'agg'>, 'this aggregate needs a number column'>

/** Many values to one, for `agg`. Nulls are skipped; NaN propagates, except in min and max. */
export interface AggregateMethods<C> {
  /**
   * Number of values that are not null. pandas: `s.count()`.
   *
   * @example df.groupBy('Date').agg((c) => ({ quotes: c.Open.count() }))
   */
  count(): Expr<'int64', 'agg'>

  /**
   * Sum, exact for integers (ERR_OVERFLOW past 64 bits) and 0 for no values; conditions count how often they are true.
   * pandas: `s.sum()`.
   *
   * @example df.groupBy('Ticker').agg((c) => ({ volume: c.Volume.sum() }))
   * @throws ERR_TYPE unless it is a number or a condition
   */
  sum(): Numeric<C, Total<C>>

  /**
   * Arithmetic mean; null for no values. pandas: `s.mean()`.
   *
   * @example df.groupBy('Date').agg((c) => ({ open: c.Open.mean() }))
   * @throws ERR_TYPE unless it is a number or a condition
   */
  mean(): Numeric<C, NullableAs<'float64', C>>

  /**
   * Least value; NaN only if there is nothing else; null for no values. pandas: `s.min()`.
   *
   * @example df.groupBy('Date').agg((c) => ({ low: c.Low.min() }))
   */
  min(): Expr<C, 'agg'>

  /**
   * Greatest value; NaN only if there is nothing else; null for no values. pandas: `s.max()`.
   *
   * @example df.groupBy('Date').agg((c) => ({ high: c.High.max() }))
   */
  max(): Expr<C, 'agg'>

  /**
   * Standard deviation of a sample; null for `ddof` values or fewer. pandas: `s.std()`.
   *
   * @example df.groupBy('Ticker').agg((c) => ({ risk: c.Change.std() }))
   * @throws ERR_TYPE unless it is a number or a condition
   */
  std(options?: { ddof?: number }): Numeric<C, 'float64?'>

  /**
   * Variance of a sample; null for `ddof` values or fewer. pandas: `s.var()`.
   *
   * @example df.groupBy('Ticker').agg((c) => ({ variance: c.Change.var({ ddof: 0 }) }))
   * @throws ERR_TYPE unless it is a number or a condition
   */
  var(options?: { ddof?: number }): Numeric<C, 'float64?'>

  /**
   * Value of the first row, null or not, unless `skipNulls`. pandas: `s.first()`, which skips nulls.
   *
   * @example df.groupBy('Date').agg((c) => ({ open: c.Price.first() }))
   */
  first(options?: { skipNulls?: boolean }): Expr<C, 'agg'>

  /**
   * Value of the last row, null or not, unless `skipNulls`. pandas: `s.last()`, which skips nulls.
   *
   * @example df.groupBy('Date').agg((c) => ({ close: c.Price.last({ skipNulls: true }) }))
   */
  last(options?: { skipNulls?: boolean }): Expr<C, 'agg'>

  /**
   * Number of distinct values, without null. Keeps the distinct values in memory. pandas: `s.nunique()`.
   *
   * @example df.agg((c) => ({ tickers: c.Ticker.nUnique() }))
   */
  nUnique(): Expr<'int64', 'agg'>

  /**
   * About how many distinct values, without null: exact up to 256, with a standard error of 1.6 % beyond, in at most 4 kB a
   * group. The same on every run and any number of threads; a window (`over`) counts exactly. Dask: `s.nunique_approx()`,
   * Polars: `approx_n_unique`.
   *
   * @example df.groupBy('Date').agg((c) => ({ tickers: c.Ticker.approxNUnique() }))
   */
  approxNUnique(): Expr<'int64', 'agg'>

  /**
   * Middle value, exact. Keeps all values in memory. pandas: `s.median()`.
   *
   * @example df.groupBy('Ticker').agg((c) => ({ typical: c.Close.median() }))
   * @throws ERR_TYPE unless it is a number or a condition
   */
  median(): Numeric<C, NullableAs<'float64', C>>

  /**
   * Value below which the share `q` (0 to 1) of the values lies, exact, interpolated linearly. Keeps all values in
   * memory. pandas: `s.quantile(q)`.
   *
   * @example df.groupBy('Path').agg((c) => ({ p99: c.Millis.quantile(0.99) }))
   * @throws ERR_TYPE unless it is a number or a condition, ERR_INVALID_ARGUMENT for q outside 0 to 1
   */
  quantile(q: number): Numeric<C, NullableAs<'float64', C>>

  /**
   * Pearson's correlation with another column, from the rows in which both have a value: 1 where they rise together, -1 where
   * one falls as the other rises, NaN where one does not vary; null for fewer than two rows. pandas: `s.corr(other)`.
   *
   * @example df.groupBy('Ticker').agg((c) => ({ together: c.Open.corr(c.Close) }))
   * @throws ERR_TYPE unless both are numbers or conditions
   */
  corr(other: Typed<NumberType | BoolType, 'row'>): Numeric<C, 'float64?'>

  /**
   * Whether the condition is true in some row; false for no rows. pandas: `s.any()`.
   *
   * @example df.groupBy('Ticker').agg((c) => ({ everNegative: c.Close.lt(0).any() }))
   * @throws ERR_TYPE unless it is a condition
   */
  any(): ForKind<C, 'boolean', Expr<'bool', 'agg'>, 'any() needs a condition'>

  /**
   * Whether the condition is true in every row that has one; true for no rows. pandas: `s.all()`.
   *
   * @example df.groupBy('Ticker').agg((c) => ({ alwaysUp: c.Close.gt(c.Open).all() }))
   * @throws ERR_TYPE unless it is a condition
   */
  all(): ForKind<C, 'boolean', Expr<'bool', 'agg'>, 'all() needs a condition'>
}
