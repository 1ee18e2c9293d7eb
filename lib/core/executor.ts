// What runs queries. Frames hand a finished plan to the current executor; a client for a cluster can install itself
// here, and frames never know.
import type { SharedColumn } from './column-functions.js'

/** How far a query has come; sampled, never blocking. */
export interface QueryProgress {
  readonly bytesDone: number
  /** 0 when the size is not known (a pipe). */
  readonly bytesTotal: number
  readonly rowsDone: number
  readonly tasksDone: number
  readonly tasksTotal: number
  readonly memoryBytes: number
  readonly memoryPeakBytes: number
}

/** What a query did. */
export interface QueryStats {
  readonly rowsScanned: number
  readonly bytesRead: number
  /** Rows left out by `onError: 'skip'`. */
  readonly rowsSkipped: number
  /** Rows whose stray quotes were read as plain text. */
  readonly rowsRepaired: number
  /** Cells turned into null by `onError: 'null'`. */
  readonly cellsNulled: number
  readonly peakBytes: number
  readonly strips: number
  readonly stripsRedone: number
  /** The most bytes that lay on disk at once, as `memoryLimit` was too small for them. */
  readonly spilledBytes: number
  readonly simd: string
  readonly threads: number
}

/** One column as it leaves the engine. `validity` is an LSB bitmap, null when there are no nulls. */
export interface ResultColumn {
  readonly name: string
  readonly type: string
  readonly data: ArrayBufferView
  readonly validity: Uint8Array | null
  readonly offsets: Uint32Array | Float64Array | null
  readonly nullCount: number
  readonly categories?: readonly string[] | null
}

export interface QueryResult {
  readonly rows: number
  readonly columns: readonly ResultColumn[]
  readonly stats: QueryStats
  /** What each step of the plan did, where the request asks for it. */
  readonly profile?: readonly StepProfile[]
  /** Where the rows are, when they were to stay in the engine. */
  readonly handle?: unknown
}

/** Rows that left the step, milliseconds of all threads, bytes read from files, bytes that its result holds. */
export type StepProfile = readonly [rows: number, threadMs: number, bytesRead: number, bytesHeld: number]

/** A plan in its portable form: version 1 is described in `lib/plan/serialize.ts`. Handles stand for data. */
export interface QueryRequest {
  readonly plan: { readonly version: number } & Readonly<Record<string, unknown>>
  readonly handles: readonly unknown[]
}

/** A query that has been started. */
export interface RunningQuery {
  readonly result: Promise<QueryResult>
  /** Whether it has succeeded already. */
  readonly done?: boolean
  /** Rejects `result` with ERR_ABORTED. Safe to call at any time, any number of times. */
  cancel(): void
  progress(): QueryProgress
}

/** A batch on its way to other threads. */
export interface HeldBatch {
  readonly rows: number
  /** What `write` needs. */
  readonly bytes: number
  /** Writes the columns, off this thread, to memory that nobody else touches until then; once. */
  write(memory: SharedArrayBuffer): Promise<readonly SharedColumn[]>
}

/** A query whose rows are pulled in batches, in order. */
export interface StreamingQuery {
  /** Null at the end. */
  next(): Promise<QueryResult | null>
  /** The same batch where it is; null at the end. */
  nextHeld(): Promise<HeldBatch | null>
  cancel(): void
  progress(): QueryProgress
}

export interface Executor {
  readonly name: string
  /** `watched`: the caller will ask for progress while the query runs. */
  run(request: QueryRequest, watched: boolean): RunningQuery
  stream(request: QueryRequest): StreamingQuery
}

let installed: Executor | undefined

/** Installs `executor` for the queries that start from now on; undefined goes back to this process's own engine. */
export function setExecutor(executor: Executor | undefined): void {
  installed = executor
}

/** The installed executor, or `fallback`. */
export function currentExecutor(fallback: Executor): Executor {
  return installed ?? fallback
}
