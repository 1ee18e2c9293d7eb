import type { InspectOptions, inspect } from 'node:util'
import type { DType } from '../core/dtypes.js'
import type { ConcatOptions } from './concat.js'
import type { DistinctOptions, ValueCountsOptions } from './distinct.js'
import type {
  AggregateProjection,
  Column,
  ColumnOf,
  Columns,
  Projection,
  SchemaOf,
  Typed,
} from './expression/expr.js'
import type { Operand } from './expression/operand-types.js'
import type { AggregateDictionary, DictionarySchema, GroupBy, GroupByOptions } from './group-by-types.js'
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
import type { BatchOptions, ComputeOptions, ReadingOf, RunOptions } from './run-options.js'
import type { SampleOptions } from './sample.js'
import type {
  BoolType,
  Flat,
  KindOf,
  Merge,
  NonNull,
  Nothing,
  NullableAs,
  OrNull,
  parametersOf,
  Renamed,
} from './schema-types.js'
import type { SortOptions, SortOrder } from './sort-order.js'
import type { Table } from './table/table-methods.js'

/** A condition a row, as an expression or as a callback that receives the columns. */
export type Predicate<S> = Typed<BoolType, 'row'> | ((c: Columns<S>) => Typed<BoolType, 'row'>)

/** Values for missing ones: one for every column that it suits, or one for each named column. */
export type NullFill<S> =
  | string
  | number
  | bigint
  | boolean
  | Date
  | { readonly [K in keyof S]?: Operand<S[K]> }

type Filled<S, V> = 0 extends 1 & S
  ? any
  : V extends Date
    ? { [K in keyof S]: KindOf<S[K]> extends 'date' ? NonNull<S[K]> : S[K] }
    : V extends object
      ? { [K in keyof S]: K extends keyof V ? NonNull<S[K]> : S[K] }
      : { [K in keyof S]: KindOf<S[K]> extends KindOfScalar<V> ? NonNull<S[K]> : S[K] }

type KindOfScalar<V> = V extends string ? 'string' : V extends boolean ? 'boolean' : 'number'

type Dropped<S, K extends PropertyKey> = 0 extends 1 & S
  ? any
  : { [N in keyof S]: N extends K ? NonNull<S[N]> : S[N] }

type CastTo<S, D> = 0 extends 1 & S
  ? any
  : { [K in keyof S]: K extends keyof D ? NullableAs<D[K], S[K]> : S[K] }

/** What rows can be sorted by. */
export type OrderKey<S> = (keyof S & string) | SortOrder | Typed<any, 'row'>

type Described<S> = 0 extends 1 & S
  ? any
  : Flat<
      { statistic: 'utf8' } & {
        [K in keyof S as KindOf<S[K]> extends 'number' ? K : never]: 'float64?'
      }
    >

type CountName<O> = O extends { readonly name: infer N extends string } ? N : 'count'

/** Columns whose aggregates may be null because there may be no row. */
export type Aggregable<S> = {
  readonly [K in keyof S & string]: 0 extends 1 & S[K] ? any : Column<OrNull<S[K]>>
}

type Optional<S> = 0 extends 1 & S ? any : { [K in keyof S]: OrNull<S[K]> }

/** Columns by name, callable: `df.col('Close')`, `df.col.filter`. Reaches columns that a method's name shadows. */
export type ColumnAccess<S> = (<const K extends keyof S & string>(name: K) => Column<S[K]>) & Columns<S>

/** What `this` of the methods must be: anything that carries the schema. */
export interface Framed<in out S> {
  /** Compile time only. */
  readonly [parametersOf]: (schema: S) => S
}

/** What a frame says about itself. */
export interface FrameProperties<in out S> extends Framed<S> {
  /** Names of the columns, in order. pandas: `df.columns`. */
  readonly columns: readonly (keyof S & string)[]

  /** Column names to dtypes, `?` where nulls may occur. pandas: `df.dtypes`. */
  readonly schema: Readonly<S>

  /**
   * A column by its name, whatever that is: `df.col('Adj Close')`, `df.col.filter`. pandas: `df['Adj Close']`.
   *
   * @throws ERR_COLUMN_NOT_FOUND with the nearest name
   */
  readonly col: 0 extends 1 & S ? any : ColumnAccess<S>

  /** The rows in batches of the default size; see `batches`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Table<S>>
}

/**
 * A lazy, immutable table: a plan of what to do. Every method returns a new frame and costs microseconds; only
 * `compute`, `rowCount` and `batches` read data. Columns are properties: `df.Close`.
 *
 * The interface has no parameter: methods take the schema from `this`. So the methods of any two frames are the very same
 * types, and comparing frames (an assignment, an array of several) costs a look at their schemas, where it would be a
 * comparison of all methods, each of which returns frames to compare.
 */
export interface FrameMethods {
  /**
   * Keeps the rows where the condition is true; null counts as false. pandas: `df[mask]`.
   *
   * @example df.filter(df.Close.gt(0))
   * @example df.filter((c) => c.Close.gt(c.Open).and(c.Volume.gt(1000)))
   * @throws ERR_TYPE unless it is a condition, ERR_COLUMN_NOT_FOUND for a column of another frame
   */
  filter<S>(this: Framed<S>, predicate: Predicate<S>): DataFrame<S>

  /**
   * Keeps the named columns, in the given order, or makes new ones. pandas: `df[['Date', 'Open']]`.
   *
   * @example df.select('Date', 'Open')
   * @example df.select((c) => ({ day: c.Date, range: c.High.sub(c.Low) }))
   * @throws ERR_COLUMN_NOT_FOUND, ERR_DUPLICATE_COLUMN, ERR_TYPE
   */
  select<S, const K extends keyof S & string>(this: Framed<S>, ...names: K[]): DataFrame<Flat<Pick<S, K>>>
  select<S, P extends Projection>(
    this: Framed<S>,
    columns: (c: Columns<S>) => P,
  ): DataFrame<Flat<SchemaOf<P>>>

  /**
   * Adds columns, or replaces those of the same name, which keep their place. pandas: `df.assign(...)`.
   *
   * @example df.withColumns((c) => ({ change: c.Close.sub(c.Open), half: c.Close.div(2) }))
   * @throws ERR_TYPE, ERR_COLUMN_NOT_FOUND
   */
  withColumns<S, P extends Projection>(
    this: Framed<S>,
    columns: P | ((c: Columns<S>) => P),
  ): DataFrame<Merge<S, SchemaOf<P>>>

  /**
   * Leaves the named columns out. pandas: `df.drop(columns=[...])`.
   *
   * @example df.drop('Volume', 'Adj Close')
   * @throws ERR_COLUMN_NOT_FOUND
   */
  drop<S, const K extends keyof S & string>(this: Framed<S>, ...names: K[]): DataFrame<Flat<Omit<S, K>>>

  /**
   * Gives columns other names; they keep their places. pandas: `df.rename(columns={...})`.
   *
   * @example df.rename({ 'Adj Close': 'adjusted' })
   * @throws ERR_COLUMN_NOT_FOUND, ERR_DUPLICATE_COLUMN
   */
  rename<S, const R extends { readonly [K in keyof S]?: string }>(
    this: Framed<S>,
    names: R,
  ): DataFrame<Renamed<S, R>>

  /**
   * Converts columns to other dtypes, checked. pandas: `df.astype({...})`.
   *
   * @example df.cast({ Volume: 'float64' })
   * @throws ERR_COLUMN_NOT_FOUND, ERR_INVALID_ARGUMENT for an unknown dtype; the query fails with ERR_CAST
   */
  cast<S, const D extends { readonly [K in keyof S]?: DType }>(
    this: Framed<S>,
    dtypes: D,
  ): DataFrame<CastTo<S, D>>

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
  ): DataFrame<Flat<Pick<S, K> & { [N in CountName<O>]: 'int64' }>>

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

  /**
   * A row for each of count, nullCount, mean, std, min, the quartiles and max, and a float64 column for each numeric one:
   * all in one pass. pandas: `df.describe()`.
   *
   * @example console.log(await df.describe().compute())
   * @throws ERR_TYPE when no column is numeric
   */
  describe<S>(this: Framed<S>): DataFrame<Described<S>>

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
   * @throws ERR_SCHEMA_MISMATCH when columns differ: the option `columns` takes their union or intersection
   */
  concat<S, O>(this: Framed<S>, ...frames: Framed<O>[]): DataFrame<Concatenated<S, O>>
  concat<S>(
    this: Framed<S>,
    ...framesAndOptions: [...frames: Framed<any>[], options: ConcatOptions]
  ): DataFrame<any>

  /**
   * Groups by the values of the keys, for an aggregation. Null is a key, NaN one key, -0 and 0 one key. Groups come out
   * sorted by key, nulls last; `sort: 'first'` keeps the order of appearance, `sort: false` any. pandas: `df.groupby`.
   *
   * @example df.groupBy('Date').Open.mean()
   * @example df.groupBy('Date', 'Ticker', { sort: false }).agg((c) => ({ high: c.High.max() }))
   * @throws ERR_COLUMN_NOT_FOUND, ERR_UNKNOWN_OPTION
   */
  groupBy<S, const K extends keyof S & string>(this: Framed<S>, ...keys: K[]): GroupBy<S, K>
  groupBy<S, const K extends keyof S & string>(
    this: Framed<S>,
    ...keysAndOptions: [...keys: K[], options: GroupByOptions]
  ): GroupBy<S, K>

  /**
   * Aggregates all rows into one. pandas: `df.agg(...)`.
   *
   * @example df.agg((c) => ({ rows: count(), high: c.High.max() }))
   * @example df.agg({ Open: ['mean', 'max'] }) // Open_mean, Open_max
   * @throws ERR_TYPE for a column that is not aggregated
   */
  agg<S, P extends AggregateProjection>(
    this: Framed<S>,
    aggregates: (c: Aggregable<S>) => P,
  ): DataFrame<Flat<SchemaOf<P>>>
  agg<S, const D extends AggregateDictionary<S>>(
    this: Framed<S>,
    aggregates: D,
  ): DataFrame<DictionarySchema<Optional<S>, D>>

  /**
   * Puts values where there are none: one value for all columns of its kind, or one a column. pandas: `df.fillna`.
   *
   * @example df.fillNull(0)
   * @example df.fillNull({ Volume: 0, Ticker: 'unknown' })
   * @throws ERR_COLUMN_NOT_FOUND, ERR_TYPE
   */
  fillNull<S, const V extends NullFill<S>>(this: Framed<S>, value: V): DataFrame<Filled<S, V>>

  /**
   * Leaves out the rows that have a null in any of the named columns (in any at all when none is named).
   * pandas: `df.dropna(subset=[...])`.
   *
   * @example df.dropNulls('Open', 'Close')
   * @throws ERR_COLUMN_NOT_FOUND
   */
  dropNulls<S, const K extends keyof S & string = keyof S & string>(
    this: Framed<S>,
    ...names: K[]
  ): DataFrame<Dropped<S, K>>

  /**
   * Runs the plan on the engine's threads and resolves to the result, in columns. The event loop stays free. Memory: the
   * result, and what aggregation needs; never the file. Dask: `df.compute()`.
   *
   * @example const table = await df.compute({ progress: true, signal: AbortSignal.timeout(60_000) })
   * @throws what the query meets, with the caller's line: ERR_CSV_TYPE, ERR_OVERFLOW, ERR_MEMORY_LIMIT, ...; an aborted
   *   signal rejects with its own reason
   */
  compute<S, const O extends ComputeOptions = Nothing>(
    this: Framed<S>,
    options?: O,
  ): Promise<Table<S, ReadingOf<O>>>

  /**
   * Counts the rows without keeping any; reads only the columns that filters need. pandas: `len(df)`.
   *
   * @example await df.filter(df.Close.gt(0)).rowCount()
   */
  rowCount(options?: RunOptions): Promise<number>

  /**
   * The rows in batches, in order, as tables: bounded memory for results of any size. Leaving the loop cancels the
   * query. `for await (const batch of df)` is the same with the defaults. Polars: `collect_batches`.
   *
   * @example
   * for await (const batch of df.batches({ size: 10_000 })) send(batch.toObjects())
   */
  batches<S, const O extends BatchOptions = Nothing>(
    this: Framed<S>,
    options?: O,
  ): AsyncIterableIterator<Table<S, ReadingOf<O>>>

  /**
   * The plan as text, a line a step: as it will run, or as it was written with `{ optimized: false }`. Runs nothing.
   * Dask: `df.explain()`.
   *
   * @example console.log(df.filter(df.Close.gt(0)).explain())
   */
  explain(options?: { readonly optimized?: boolean }): string

  /** The shape with "...", and the plan. Never runs anything. */
  toString(): string

  /** The same for `console.log` and the REPL. */
  [inspect.custom](depth: number, options: InspectOptions): string

  /** Throws ERR_EXPR_COERCED: a frame has no value until it is computed. */
  [Symbol.toPrimitive](hint: string): string

  /**
   * The same frame under another compile-time schema, for what the types cannot follow. Nothing is checked.
   *
   * @example const typed = readCsv('prices.csv').$assertSchema<{ Date: 'date'; Open: 'float64' }>()
   */
  $assertSchema<T>(): DataFrame<T>
}

/** Names that are never column getters, because they are methods or would make the frame something else. */
export type FrameReserved =
  | keyof FrameMethods
  | keyof FrameProperties<any>
  | 'then'
  | 'toJSON'
  | 'constructor'
  | 'inspect'
  | 'asymmetricMatch'
  | 'nodeType'
  | '$$typeof'
  | '__proto__'

/** A getter a column, but for names that methods have. None for `any`, so that every frame is a `DataFrame`. */
export type ColumnGetters<S> = 0 extends 1 & S
  ? unknown
  : [keyof S & FrameReserved] extends [never]
    ? Columns<S> // the common case, without a test for each column
    : { readonly [K in keyof S & string as K extends FrameReserved ? never : K]: ColumnOf<S[K]> }

/**
 * A lazy frame: its methods, and a property for each column. `DataFrame` alone is any frame at all, for parameters: its
 * columns are reached with `col` and callbacks. `DataFrame<Untyped>`, which `readCsv` gives without a schema, takes every
 * property for a column.
 */
export type DataFrame<S = any> = FrameMethods & FrameProperties<S> & ColumnGetters<S>
