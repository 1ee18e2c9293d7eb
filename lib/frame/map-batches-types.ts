import type { DType, DTypeText } from '../core/dtypes.js'
import type { DataFrame, Framed } from './frame-methods.js'
import type { IsNullable, NonNull, ValueArrays } from './schema-types.js'

interface Values {
  bool: boolean
  int64: bigint | number
  uint64: bigint | number
  utf8: string
  dict: string
  date: Date
  'timestamp[ms]': Date
  'timestamp[us]': Date
  'timestamp[ns]': Date
}

/**
 * A column of a batch: views of memory that all workers share, so nothing is to be written to it. Later batches lie in the
 * same memory: a function copies what it keeps for longer than its call.
 */
export interface BatchColumn<C = any> {
  readonly name: string
  readonly type: DType
  readonly length: number
  /**
   * A typed array of the dtype, and what stands there for a null means nothing; bool: 0 and 1; date: days since 1970;
   * timestamps: ticks since 1970. Strings for utf8 and dict, null for nulls, decoded when first asked for.
   */
  readonly values: 0 extends 1 & C
    ? any
    : NonNull<C> extends keyof ValueArrays
      ? ValueArrays[NonNull<C>]
      : readonly (IsNullable<C> extends false ? string : string | null)[]
  /** One bit a row, least significant first, 1 for a value; null when every row of the column has one. */
  readonly validity: Uint8Array | null
  readonly nullCount: number
  isNull(row: number): boolean
}

/** The columns of a batch by name. */
export type Batch<S> = { readonly [K in keyof S]: BatchColumn<S[K]> }

/** The value that all rows of a group have in each key, as `values` of a batch hold it; null for the group of nulls. */
export type GroupKey<S, K extends keyof S> = {
  readonly [N in K]: BatchColumn<S[N]>['values'] extends
    | readonly (infer V)[]
    | { readonly [at: number]: infer V }
    ? V | (IsNullable<S[N]> extends false ? never : null)
    : any
}

/** Where a batch stands among the others. */
export interface BatchPlace {
  /** From 0. */
  readonly index: number
  readonly rows: number
}

type ValueOf<C> = NonNull<C> extends keyof Values ? Values[NonNull<C>] : number

type ReturnedArray<C> =
  | readonly (IsNullable<C> extends false ? ValueOf<C> : ValueOf<C> | null | undefined)[]
  | (NonNull<C> extends keyof ValueArrays ? ValueArrays[NonNull<C>] : never)

/** What a function may return as a column: an array, a typed array of the dtype, or one of them with its nulls. */
export type ReturnedValues<C> =
  | ReturnedArray<C>
  | { readonly values: ReturnedArray<C>; readonly validity?: Uint8Array | null }

/** A column for each that `returns` names, all of one length. */
export type ReturnedColumns<R> = { readonly [K in keyof R]: ReturnedValues<R[K]> }

export interface FunctionOptions<R> {
  /** The columns that the function gives, and their dtypes: the schema of the new frame. */
  readonly returns: R
  /** Values and functions that the function uses, by name: it runs in a worker, which cannot see them otherwise. */
  readonly closure?: Readonly<Record<string, unknown>>
  /** Milliseconds that one call in a worker may take; it is stopped then, with ERR_TASK_TIMEOUT. Default none. */
  readonly timeout?: number
}

export interface MapBatchesOptions<R> extends FunctionOptions<R> {
  /** Rows a call; default 65,536. The last batch may be smaller. */
  readonly size?: number
}

/** What JavaScript functions do to rows. */
export interface BatchMethods {
  /**
   * Rows that a JavaScript function makes of batches of columns, in the workers of the process-wide pool; their order stays,
   * and a batch may give more or fewer rows than it had. The function travels to a worker: it may use globals, what
   * `closure` gives, and what it imports itself, or be one of `importTasks`. It runs while the engine makes its input, and
   * while the steps that follow read what it gives: a few batches are under way at a time, which is all the memory that it
   * takes, unless the frame is read more than once in a plan; then its rows are held. `memoryLimit` is shared out evenly, to
   * the batches of each function and to each part of the plan between functions. Costs a copy of each column into shared memory,
   * by threads of the engine, and one of each that comes back, by the worker; none of a column of the batch that comes back as
   * it was. Nothing of it takes the calling thread longer for more rows.
   * Polars: `df.map_batches(f)`; Dask: `df.map_partitions(f, meta=)`.
   *
   * @example
   * const area = df.mapBatches(
   *   ({ Open, Close }) => ({ spread: Open.values.map((open, row) => Close.values[row] - open) }),
   *   { returns: { spread: 'float64' } },
   * )
   * @throws ERR_CLOSURE when the function uses what lives in the caller; ERR_UNKNOWN_OPTION, ERR_INVALID_ARGUMENT. Running
   * it rejects with what the function throws; ERR_TYPE, ERR_NULL_IN_NON_NULLABLE when its result is not as `returns` says;
   * ERR_TASK_TIMEOUT; ERR_WORKER_CRASHED
   */
  mapBatches<S, const R extends Readonly<Record<string, DTypeText>>>(
    this: Framed<S>,
    fn: (batch: Batch<S>, place: BatchPlace) => ReturnedColumns<R> | Promise<ReturnedColumns<R>>,
    options: MapBatchesOptions<R>,
  ): DataFrame<{ -readonly [K in keyof R]: R[K] }>
}
