import type { ConcatOptions } from './concat.js'
import type { DataFrame, Framed } from './frame-methods.js'
import type {
  AsofOptions,
  Concatenated,
  CrossJoinOptions,
  Joined,
  JoinedOn,
  JoinHow,
  JoinOnOptions,
  JoinOptions,
} from './join-types.js'
import type { PivotOptions, UnpivotOptions } from './reshape.js'
import type { Flat } from './schema-types.js'

/** Several frames as one, and columns as rows. */
export interface JoinMethods {
  /**
   * Puts the columns of another frame beside those of this one, row by row where the keys are equal. Rows keep the order of
   * this frame (of the right one in a right join); a row with several partners stands once for each. Null keys match
   * nothing unless `nullsEqual`. Right columns whose names are taken get the `suffix`. Holds both sides in memory.
   * pandas: `df.merge(other, on=, how=)`.
   *
   * @example df.join(df.groupBy('Ticker').agg((c) => ({ top: c.High.max() })), { on: 'Ticker', how: 'left' })
   * @example df.join(df.select('Ticker').rename({ Ticker: 'symbol' }), { leftOn: 'Ticker', rightOn: 'symbol', how: 'semi' })
   * @throws ERR_COLUMN_NOT_FOUND, ERR_TYPE for keys that cannot be compared, ERR_DUPLICATE_COLUMN; the query fails with
   *   ERR_JOIN_CARDINALITY when `validate` does not hold
   */
  join<
    S,
    R,
    const K extends keyof S & keyof R & string,
    const H extends JoinHow = 'inner',
    const X extends string = '_right',
  >(this: Framed<S>, right: Framed<R>, options: JoinOptions<K, H, X>): DataFrame<Joined<S, R, K, H, X>>
  join<
    S,
    R,
    const K extends keyof S & string,
    const L extends keyof R & string,
    const H extends JoinHow = 'inner',
    const X extends string = '_right',
  >(this: Framed<S>, right: Framed<R>, options: JoinOnOptions<K, L, H, X>): DataFrame<JoinedOn<S, R, L, H, X>>
  join<S, R, const X extends string = '_right'>(
    this: Framed<S>,
    right: Framed<R>,
    options: CrossJoinOptions<X>,
  ): DataFrame<JoinedOn<S, R, never, 'cross', X>>

  /**
   * Puts beside each row the right row with the nearest key: by default the last one that is not after it, among those
   * with equal `by` keys. Rows keep their order, and need not be sorted; a row without a match gets nulls.
   * pandas: `pd.merge_asof(a, b, on=, by=)`.
   *
   * @example df.joinAsof(df.select('Date', 'Ticker', 'Close'), { on: 'Date', by: 'Ticker', allowExact: false, suffix: '_before' })
   * @throws ERR_COLUMN_NOT_FOUND, ERR_TYPE for keys that cannot be compared, ERR_DUPLICATE_COLUMN
   */
  joinAsof<
    S,
    R,
    const K extends keyof S & string,
    const L extends keyof R & string = never,
    const B extends keyof S & keyof R & string = never,
    const X extends string = '_right',
  >(
    this: Framed<S>,
    right: Framed<R>,
    options: AsofOptions<K, L, B, X>,
  ): DataFrame<JoinedOn<S, R, ([L] extends [never] ? K : never) | B, 'left', X>>

  /**
   * The rows of this frame and then those of others. Columns are matched by name; integers widen to int64, numbers to
   * float64 where they differ. pandas: `pd.concat([a, b])`.
   *
   * @example df.concat(df.filter(df.Close.gt(1)), df.head(1))
   * @throws ERR_SCHEMA_MISMATCH when columns differ: the option `columns` takes their union or intersection; ERR_TYPE when
   *   columns of one name have no common type
   */
  concat<S, O>(this: Framed<S>, ...frames: Framed<O>[]): DataFrame<Concatenated<S, O>>
  concat<S>(
    this: Framed<S>,
    ...framesAndOptions: [...frames: Framed<any>[], options: ConcatOptions]
  ): DataFrame<any>

  /**
   * Folds columns into two: their names and their values, a row for each. The columns of `index` (by default all others)
   * are repeated. pandas: `df.melt(id_vars=, value_vars=)`.
   *
   * @example df.unpivot({ on: ['High', 'Low'], index: 'Date' }) // Date, variable, value
   * @throws ERR_COLUMN_NOT_FOUND, ERR_TYPE when the columns have no common type
   */
  unpivot<
    S,
    const K extends keyof S & string,
    const I extends keyof S & string = Exclude<keyof S & string, K>,
    const N extends string = 'variable',
    const V extends string = 'value',
  >(
    this: Framed<S>,
    options: UnpivotOptions<K, I, N, V>,
  ): DataFrame<Flat<Pick<S, I> & { [P in N]: 'utf8' } & { [P in V]: S[K] }>>

  /**
   * Spreads the values of a column over columns, one for each of `columns`, with a row for each combination of the `index`
   * (by default all other columns), sorted by it. Several values in one place are aggregated. pandas: `df.pivot_table`.
   *
   * @example df.pivot({ on: 'Ticker', columns: ['AAPL', 'MSFT'], index: 'Date', values: 'Close', aggregate: 'mean' })
   * @throws ERR_COLUMN_NOT_FOUND, ERR_INVALID_ARGUMENT without `columns`, which a lazy frame must know
   */
  pivot<S, const I extends keyof S & string, const C extends string | number | boolean | bigint>(
    this: Framed<S>,
    options: PivotOptions<keyof S & string, I, C>,
  ): DataFrame<Flat<Pick<S, I> & { [P in C as `${P}`]: any }>>
}
