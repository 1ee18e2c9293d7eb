import type { DTypeText } from '../core/dtypes.js'
import type { AggregateProjection, Columns, SchemaOf } from './expression/expr.js'
import type { Total } from './expression/operand-types.js'
import type { DataFrame } from './frame-methods.js'
import type { Batch, FunctionOptions, GroupKey, ReturnedColumns } from './map-batches-types.js'
import type { Flat, FrameTypeError, KindOf, NullableAs, parametersOf } from './schema-types.js'

export interface GroupByOptions {
  /** `true` (default): ascending keys, nulls last. `'first'`: order of first appearance. `false`: any, the fastest. */
  readonly sort?: boolean | 'first'
  /** Leave out the rows that have a null key, as pandas does; default false. */
  readonly dropNulls?: boolean
}

/** Aggregates that need no parameter, for the dictionary form. */
export type AggregateName =
  | 'count'
  | 'sum'
  | 'mean'
  | 'min'
  | 'max'
  | 'std'
  | 'var'
  | 'first'
  | 'last'
  | 'nUnique'
  | 'approxNUnique'
  | 'median'
  | 'any'
  | 'all'

interface Results<C> {
  count: 'int64'
  nUnique: 'int64'
  approxNUnique: 'int64'
  sum: Total<C>
  mean: NullableAs<'float64', C>
  median: NullableAs<'float64', C>
  quantile: NullableAs<'float64', C>
  std: 'float64?'
  var: 'float64?'
  min: C
  max: C
  first: C
  last: C
  any: 'bool'
  all: 'bool'
}

/** Column to aggregate, or list of them: `{ Open: ['mean', 'max'], Volume: 'sum' }`. */
export type AggregateDictionary<S> = { readonly [K in keyof S]?: AggregateName | readonly AggregateName[] }

/** One aggregate keeps the column's name; a list makes `Open_mean`, `Open_max`. */
export type DictionarySchema<S, D> = 0 extends 1 & S
  ? any
  : Flat<
      {
        [K in keyof D & keyof S as D[K] extends string ? K : never]: Results<S[K]>[D[K] & AggregateName]
      } & UnionToShape<
        {
          [K in keyof D & keyof S & string]: D[K] extends readonly (infer F extends AggregateName)[]
            ? Listed<K, F, S[K]>
            : never
        }[keyof D & keyof S & string]
      >
    >

type Listed<K extends string, F extends AggregateName, C> = {
  [N in F as `${K}_${N}`]: (value: Results<C>[N]) => void
}

// { a_mean: f } | { b_max: f } -> { a_mean; b_max }
type UnionToShape<U> = {
  [N in U extends U ? keyof U : never]: U extends { [P in N]: (value: infer R) => void } ? R : never
}

type Plain<S, K extends keyof S, C extends keyof S & string, R> = DataFrame<
  Flat<Pick<S, K> & { [N in C]: R }>
>

type ForNumbers<S, C extends keyof S, R> = 0 extends 1 & S[C]
  ? R
  : KindOf<S[C]> extends 'number' | 'boolean'
    ? R
    : FrameTypeError<'this aggregate needs a number column'>

type ForConditions<S, C extends keyof S, R> = 0 extends 1 & S[C]
  ? R
  : KindOf<S[C]> extends 'boolean'
    ? R
    : FrameTypeError<'this aggregate needs a condition'>

/** One column of a grouped frame. Each method gives a frame of the keys and the aggregated column, under its name. */
export interface GroupedColumn<in out S, K extends keyof S, C extends keyof S & string> {
  /** Number of values that are not null. pandas: `groupby(k)[c].count()`. @example df.groupBy('Date').Open.count() */
  count(): Plain<S, K, C, 'int64'>
  /** Sum; 0 for no values. pandas: `groupby(k)[c].sum()`. @example df.groupBy('Date').Volume.sum() */
  sum(): ForNumbers<S, C, Plain<S, K, C, Results<S[C]>['sum']>>
  /** Mean; null for no values. pandas: `groupby(k)[c].mean()`. @example df.groupBy('Date').Open.mean() */
  mean(): ForNumbers<S, C, Plain<S, K, C, Results<S[C]>['mean']>>
  /** Least value. pandas: `groupby(k)[c].min()`. @example df.groupBy('Date').Low.min() */
  min(): Plain<S, K, C, S[C]>
  /** Greatest value. pandas: `groupby(k)[c].max()`. @example df.groupBy('Date').High.max() */
  max(): Plain<S, K, C, S[C]>
  /** Standard deviation of a sample. pandas: `groupby(k)[c].std()`. @example df.groupBy('Ticker').Close.std() */
  std(options?: { ddof?: number }): ForNumbers<S, C, Plain<S, K, C, 'float64?'>>
  /** Variance of a sample. pandas: `groupby(k)[c].var()`. @example df.groupBy('Ticker').Close.var() */
  var(options?: { ddof?: number }): ForNumbers<S, C, Plain<S, K, C, 'float64?'>>
  /** Value of the first row. pandas: `groupby(k)[c].first()`. @example df.groupBy('Date').Open.first() */
  first(options?: { skipNulls?: boolean }): Plain<S, K, C, S[C]>
  /** Value of the last row. pandas: `groupby(k)[c].last()`. @example df.groupBy('Date').Close.last() */
  last(options?: { skipNulls?: boolean }): Plain<S, K, C, S[C]>
  /** Number of distinct values. pandas: `groupby(k)[c].nunique()`. @example df.groupBy('Date').Ticker.nUnique() */
  nUnique(): Plain<S, K, C, 'int64'>
  /** About how many distinct values, in little memory. Dask: `nunique_approx()`. @example df.groupBy('Date').Ticker.approxNUnique() */
  approxNUnique(): Plain<S, K, C, 'int64'>
  /** Middle value, exact. pandas: `groupby(k)[c].median()`. @example df.groupBy('Ticker').Close.median() */
  median(): ForNumbers<S, C, Plain<S, K, C, Results<S[C]>['median']>>
  /** Exact quantile, interpolated. pandas: `groupby(k)[c].quantile(q)`. @example df.groupBy('Path').Millis.quantile(0.99) */
  quantile(q: number): ForNumbers<S, C, Plain<S, K, C, Results<S[C]>['median']>>
  /** Whether it is true in some row. pandas: `groupby(k)[c].any()`. @example df.groupBy('Ticker').Halted.any() */
  any(): ForConditions<S, C, Plain<S, K, C, 'bool'>>
  /** Whether it is true in every row. pandas: `groupby(k)[c].all()`. @example df.groupBy('Ticker').Halted.all() */
  all(): ForConditions<S, C, Plain<S, K, C, 'bool'>>
}

/** A grouped frame: what is left is to say what becomes of each group. pandas: `DataFrameGroupBy`. */
export interface GroupMethods<in out S, K extends keyof S & string> {
  /** Compile time only. */
  readonly [parametersOf]: (schema: S, keys: K) => [S, K]

  /**
   * One row a group: the keys, then the aggregates by name, in the order given. pandas: `groupby(k).agg(...)`.
   *
   * @example df.groupBy('Date').agg((c) => ({ open: c.Open.mean(), range: c.High.max().sub(c.Low.min()), n: count() }))
   * @example df.groupBy('Date').agg({ Open: ['mean', 'max'] }) // Date, Open_mean, Open_max
   * @throws ERR_TYPE for a column that is not aggregated, ERR_DUPLICATE_COLUMN for a name that a key has
   */
  agg<P extends AggregateProjection>(
    aggregates: (c: Columns<S>) => P,
  ): DataFrame<Flat<Pick<S, K> & SchemaOf<P>>>
  agg<const D extends AggregateDictionary<S>>(
    aggregates: D,
  ): DataFrame<Flat<Pick<S, K> & DictionarySchema<S, D>>>

  /**
   * Rows that a JavaScript function makes of each group's rows, in the workers of the process-wide pool: it gets the group's
   * columns (keys included; the time's column of `groupByTime` holds the interval) and the values of its keys, and the keys stand in front of what it gives, sorted. A group keeps
   * the order of its rows. Holds all rows in memory, sorted by key; `timeout` is for the groups of some 65,536 rows at a time.
   * For what `agg` cannot say: an aggregate is many times faster. pandas: `groupby(k).apply(f)`; Polars: `map_groups(f)`.
   *
   * @example
   * const spread = df.groupBy('Ticker').apply(
   *   ({ Close }) => ({ spread: [Math.max(...Close.values) - Math.min(...Close.values)] }),
   *   { returns: { spread: 'float64' } },
   * )
   * @throws as `df.mapBatches`; ERR_DUPLICATE_COLUMN when `returns` names a key; ERR_INVALID_ARGUMENT for `sort: 'first'`
   */
  apply<const R extends Readonly<Record<string, DTypeText>>>(
    fn: (group: Batch<S>, key: GroupKey<S, K>) => ReturnedColumns<R> | Promise<ReturnedColumns<R>>,
    options: FunctionOptions<R>,
  ): DataFrame<Flat<Pick<S, K> & { -readonly [N in keyof R]: R[N] }>>

  /**
   * One column of the groups by its name, whatever that is. pandas: `groupby(k)['Adj Close']`.
   *
   * @example df.groupBy('Date').col('Adj Close').mean()
   * @throws ERR_COLUMN_NOT_FOUND
   */
  col<const C extends Exclude<keyof S, K> & string>(name: C): GroupedColumn<S, K, C>
}

export type GroupReserved =
  | keyof GroupMethods<any, any>
  | 'then'
  | 'toJSON'
  | 'constructor'
  | 'inspect'
  | 'asymmetricMatch'
  | 'nodeType'
  | '$$typeof'
  | '__proto__'

/** A grouped frame: `agg`, `col`, and a property for each column that is not a key. */
export type GroupBy<S, K extends keyof S & string> = GroupMethods<S, K> &
  ([keyof S & GroupReserved] extends [never]
    ? { readonly [C in keyof S & string]: Grouped<S, K, C> }
    : { readonly [C in keyof S & string as C extends GroupReserved ? never : C]: Grouped<S, K, C> })

// Keys are told apart when they are looked at; leaving them out would cost a test for each column.
type Grouped<S, K extends keyof S, C extends keyof S & string> = 0 extends 1 & S[C]
  ? any
  : C extends K
    ? FrameTypeError<'this column is a key of the groups'>
    : GroupedColumn<S, K, C>
