import type { DistinctOptions, ValueCountsOptions } from './distinct.js'
import type { Typed } from './expression/expr.js'
import type { DataFrame, Framed } from './frame-methods.js'
import type { SampleOptions } from './sample.js'
import type { Flat, KindOf } from './schema-types.js'
import type { SortOptions, SortOrder } from './sort-direction.js'

/** What rows can be sorted by. */
export type OrderKey<S> = (keyof S & string) | SortOrder | Typed<any, 'row'>

type Summary<S, Label> = 0 extends 1 & S
  ? any
  : Flat<
      Label & {
        [K in keyof S as KindOf<S[K]> extends 'number' ? K : never]: 'float64?'
      }
    >

type CountName<O> = O extends { readonly name: infer N extends string }
  ? N
  : O extends { readonly normalize: true }
    ? 'proportion'
    : 'count'

type CountType<O> = O extends { readonly normalize: true } ? 'float64' : 'int64'

/** Which rows there are, and in which order. */
export interface RowMethods {
  /**
   * Keeps the first rows (5 unless said otherwise); the scan stops when it has them. pandas: `df.head(n)`.
   *
   * @example await df.filter(df.Close.gt(100)).head(10).compute()
   * @throws ERR_INVALID_ARGUMENT unless it is a whole number
   */
  head<S>(this: Framed<S>, rows?: number): DataFrame<S>

  /**
   * Keeps the last rows (5 unless said otherwise), in their order. pandas: `df.tail(n)`.
   *
   * @example await df.sortBy('Date').tail(3).compute()
   * @throws ERR_INVALID_ARGUMENT unless it is a whole number
   */
  tail<S>(this: Framed<S>, rows?: number): DataFrame<S>

  /**
   * Keeps the rows from `offset` on, at most `rows` of them; a negative offset counts from the end.
   * pandas: `df.iloc[offset:offset + rows]`; SQL: `limit rows offset offset`.
   *
   * @example df.sortBy('Date').slice(20, 10) // the third page of ten
   * @throws ERR_INVALID_ARGUMENT unless both are whole numbers
   */
  slice<S>(this: Framed<S>, offset: number, rows?: number): DataFrame<S>

  /**
   * Orders the rows by columns or expressions, the first key first. Stable; nulls come last whatever the direction, NaN is
   * above every number, text is ordered by its UTF-8 bytes. Followed by `head` it never sorts more than it must. Holds all
   * rows in memory. pandas: `df.sort_values([...])`.
   *
   * @example df.sortBy('Date', desc('Close'))
   * @example df.sortBy(df.High.sub(df.Low), { descending: true, nulls: 'first' })
   * @throws ERR_COLUMN_NOT_FOUND, ERR_UNKNOWN_OPTION
   */
  sortBy<S>(this: Framed<S>, ...keys: OrderKey<S>[]): DataFrame<S>
  sortBy<S>(this: Framed<S>, ...keysAndOptions: [...keys: OrderKey<S>[], options: SortOptions]): DataFrame<S>

  /**
   * The rows with the largest values of the keys, the largest first; `asc(key)` asks for the smallest. Rows that tie keep
   * their order; nulls count as last. A scan and a few comparisons a row. pandas: `df.nlargest(n, 'Close')`.
   *
   * @example df.topK(10, 'Volume')
   * @throws ERR_COLUMN_NOT_FOUND, ERR_INVALID_ARGUMENT unless the rows are a whole number
   */
  topK<S>(this: Framed<S>, rows: number, ...keys: OrderKey<S>[]): DataFrame<S>
  topK<S>(
    this: Framed<S>,
    rows: number,
    ...keysAndOptions: [...keys: OrderKey<S>[], options: SortOptions]
  ): DataFrame<S>

  /**
   * Leaves out rows that repeat the values of the named columns (of all when none is named). The first of them stays
   * unless `keep` says otherwise, and the order of the rows with it. Nulls are equal here, NaNs too.
   * pandas: `df.drop_duplicates([...])`.
   *
   * @example df.distinct('Ticker', { keep: 'last' })
   * @throws ERR_COLUMN_NOT_FOUND, ERR_UNKNOWN_OPTION
   */
  distinct<S>(this: Framed<S>, ...names: (keyof S & string)[]): DataFrame<S>
  distinct<S>(
    this: Framed<S>,
    ...namesAndOptions: [...names: (keyof S & string)[], options: DistinctOptions]
  ): DataFrame<S>

  /**
   * How often each value (or each combination of several columns) occurs, the most frequent first. Null is a value unless
   * `dropNulls: true`. pandas: `df.value_counts('Ticker')`.
   *
   * @example await df.valueCounts('Ticker').head(3).compute() // Ticker, count
   * @throws ERR_COLUMN_NOT_FOUND, ERR_DUPLICATE_COLUMN when a key is called `count`: give the option `name`
   */
  valueCounts<S, const K extends keyof S & string = keyof S & string>(
    this: Framed<S>,
    ...names: K[]
  ): DataFrame<Flat<Pick<S, K> & { count: 'int64' }>>
  valueCounts<S, const K extends keyof S & string, const O extends ValueCountsOptions>(
    this: Framed<S>,
    ...namesAndOptions: [...names: K[], options: O]
  ): DataFrame<Flat<Pick<S, K> & { [N in CountName<O>]: CountType<O> }>>

  /**
   * Rows chosen at random: a number of them or a fraction. They keep their order unless `shuffle`. The same seed chooses
   * the same rows. Holds all rows in memory. pandas: `df.sample(n, random_state=)`.
   *
   * @example df.sample(2, { seed: 42 })
   * @example df.sample({ fraction: 0.5, shuffle: true })
   * @throws ERR_INVALID_ARGUMENT unless there is either a number or a fraction
   */
  sample<S>(this: Framed<S>, rows: number, options?: Omit<SampleOptions, 'fraction'>): DataFrame<S>
  sample<S>(this: Framed<S>, options: SampleOptions & { readonly fraction: number }): DataFrame<S>

  /**
   * A row for each of count, nullCount, mean, std, min, the quartiles and max, and a float64 column for each numeric one:
   * all in one pass. pandas: `df.describe()`.
   *
   * @example console.log(await df.describe().compute())
   * @throws ERR_TYPE when no column is numeric
   */
  describe<S>(this: Framed<S>): DataFrame<Summary<S, { statistic: 'utf8' }>>

  /**
   * A row for each share `q` (0 to 1) with the value below which that share of each numeric column lies, interpolated linearly. Exact: it keeps
   * all values in memory. pandas: `df.quantile([0.25, 0.75])`.
   *
   * @example await df.select('Open', 'Close').quantile([0.1, 0.9]).compute() // q, Open, Close
   * @throws ERR_TYPE when no column is numeric, ERR_INVALID_ARGUMENT for a share outside 0 to 1
   */
  quantile<S>(this: Framed<S>, q: number | readonly number[]): DataFrame<Summary<S, { q: 'float64' }>>

  /**
   * Pearson's correlation of each numeric column with each: a row and a column for each of them, from the rows in which both have a
   * value. One pass; the cost grows with the square of the columns. pandas: `df.corr()`.
   *
   * @example console.log(await df.select('Open', 'Close', 'Volume').corr().compute()) // column, Open, Close, Volume
   * @throws ERR_TYPE when no column is numeric
   */
  corr<S>(this: Framed<S>): DataFrame<Summary<S, { column: 'utf8' }>>

  /**
   * Numbers the rows from 0 in a new first column. pandas: `df.reset_index()`; Polars: `with_row_index`.
   *
   * @example df.withRowIndex('line')
   * @throws ERR_DUPLICATE_COLUMN
   */
  withRowIndex<S, const N extends string = 'index'>(
    this: Framed<S>,
    name?: N,
  ): DataFrame<Flat<{ [K in N]: 'int64' } & S>>
}
