import type { InspectOptions, inspect } from 'node:util'
import type { DType } from '../core/dtypes.js'
import type { ArrowStreamOptions } from './arrow-stream.js'
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
import type { FilledGroupByTimeOptions, GroupByTimeOptions } from './group-by-time.js'
import type { AggregateDictionary, DictionarySchema, GroupBy, GroupByOptions } from './group-by-types.js'
import type { JoinMethods } from './join-methods.js'
import type { BatchMethods } from './map-batches-types.js'
import type { RowMethods } from './row-methods.js'
import type {
  AnalyzeOptions,
  BatchOptions,
  ComputeOptions,
  ExplainOptions,
  ReadingOf,
  RunOptions,
} from './run-options.js'
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

/** Columns whose aggregates may be null because there may be no row. */
export type Aggregable<S> = {
  readonly [K in keyof S & string]: 0 extends 1 & S[K] ? any : Column<OrNull<S[K]>>
}

// Groups that may have no rows: their values may be missing, their keys are as they were.
type WithEmpty<S, K> = 0 extends 1 & S ? any : { [N in keyof S]: N extends K ? S[N] : OrNull<S[N]> }
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
export interface FrameMethods extends RowMethods, JoinMethods, BatchMethods {
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
   * Groups by intervals of a time, and by other keys before it: each group comes under the start of its interval, in the time's
   * own column. Only intervals with rows come out, unless `fillEmpty`; a null time is a group of its own unless `dropNulls: true`. Intervals are in UTC, or in `zone`. pandas:
   * `df.resample('1D', on='At')`; Polars: `group_by_dynamic`.
   *
   * @example df.groupByTime('Date', { every: '1mo', by: 'Ticker' }).agg((c) => ({ open: c.Open.first(), high: c.High.max() }))
   * @example df.groupByTime('At', { every: '15m', closed: 'right', label: 'right' }).Volume.sum()
   * @example df.groupByTime('At', { every: '1d', zone: 'Europe/Berlin', fillEmpty: true }).agg((c) => ({ rows: count(), high: c.High.max() }))
   * @throws ERR_COLUMN_NOT_FOUND, ERR_TYPE unless it is a date or timestamp, ERR_INVALID_ARGUMENT, ERR_UNKNOWN_OPTION
   */
  groupByTime<S, const T extends keyof S & string, const K extends keyof S & string = never>(
    this: Framed<S>,
    time: T,
    options: FilledGroupByTimeOptions<K>,
  ): GroupBy<WithEmpty<S, K | T>, K | T>
  groupByTime<S, const T extends keyof S & string, const K extends keyof S & string = never>(
    this: Framed<S>,
    time: T,
    options: GroupByTimeOptions<K> & { readonly fillEmpty?: false },
  ): GroupBy<S, K | T>

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
   * The rows as Arrow IPC bytes, piece by piece as the query gives them: bounded memory for files of any size. A record
   * batch has 65,536 rows, or `batchRows`. Starts when the first piece is asked for. Polars: `lf.sink_ipc`.
   *
   * @example
   * await writeFile('prices.arrow', df.filter(df.Close.gt(0)).toArrow({ format: 'file' }))
   */
  toArrow(options?: ArrowStreamOptions): AsyncIterableIterator<Uint8Array>

  /**
   * Runs the query once and keeps its rows in the engine's memory: later queries on the result begin there. Schema and
   * methods stay the same. What all persisted frames take has one limit (`setPersistLimit`); past it the chunks that were
   * read the longest ago go to disk, as far as `spill`, `spillDirectory` and `spillLimit` of their own `persist` allow,
   * and where they cannot this rejects with ERR_MEMORY_LIMIT. `memoryLimit` is for the query alone. The memory is given back by `using hot = await df.persist()`, by `hot[Symbol.dispose]()`, or
   * with the last frame that reads it; queries that have begun by then still end well, later ones reject with
   * ERR_FRAME_DISPOSED. Dask: `df.persist()`. Polars: `lf.collect().lazy()`. DuckDB: `CREATE TEMP TABLE ... AS`.
   *
   * @example
   * const hot = await df.filter(df.Close.gt(0)).persist()
   * await hot.groupBy('Date').Open.mean().compute()
   */
  persist<S>(this: Framed<S>, options?: RunOptions): Promise<PersistedFrame<S>>

  /**
   * The plan as text, a line a step: as it will run, or as it was written with `{ optimized: false }`. Runs nothing.
   * Dask and Polars: `df.explain()`.
   *
   * @example console.log(df.filter(df.Close.gt(0)).explain())
   */
  explain(options?: ExplainOptions): string

  /**
   * Runs the query, drops its result, and tells what each step did: rows that left it, its share of the time, bytes that
   * it read, and bytes that its result holds; of a plan with functions, the steps behind the last of them. SQL: `EXPLAIN ANALYZE`. Takes the options of `compute`; costs a few percent
   * more than the query itself.
   *
   * @example console.log(await df.groupBy('Date').Open.mean().explain({ analyze: true }))
   */
  explain(options: AnalyzeOptions): Promise<string>

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

/** What `persist` gives: a frame whose rows are in memory until it is disposed of. */
export type PersistedFrame<S = any> = DataFrame<S> & Disposable & AsyncDisposable
