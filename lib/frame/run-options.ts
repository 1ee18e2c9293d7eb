import type { QueryProgress } from '../core/executor.js'
import {
  abortSignal,
  boolean,
  byteSize,
  callback,
  integer,
  type OptionReaders,
  oneOf,
  readOptions,
} from '../core/options.js'
import type { Reading } from './schema-types.js'

/** How a query runs. */
export interface RunOptions {
  /** Cancels the query when it aborts; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** A bar on stderr where that is a terminal, a line every few seconds where it is not; default false. */
  readonly progress?: boolean
  /** Called about ten times a second while the query runs, and once at the end. */
  readonly onProgress?: (progress: QueryProgress) => void
  /** Threads for this query; default all that affinity and cgroup limits allow, or MILLRACE_NUM_THREADS. */
  readonly threads?: number
  /** Bytes, or text such as '1GB'; a query that needs more fails with ERR_MEMORY_LIMIT. */
  readonly memoryLimit?: number | string
}

export interface ReadingOptions {
  /** How int64 values are read: checked numbers (default), bigint, or decimal text. */
  readonly int64?: 'number' | 'bigint' | 'string'
  /** How dates and timestamps are read: `Date` in UTC (default), milliseconds since 1970, or ISO text. */
  readonly dates?: 'date' | 'ms' | 'iso'
}

/** Options of `compute`. */
export interface ComputeOptions extends RunOptions, ReadingOptions {}

/** Options of `batches`. */
export interface BatchOptions extends ReadingOptions {
  /** Rows a batch; default 65,536. The last one may be smaller. */
  readonly size?: number
  readonly signal?: AbortSignal
  readonly threads?: number
  readonly memoryLimit?: number | string
}

/** The reading that options ask for. */
export type ReadingOf<O> = {
  readonly int64: O extends { readonly int64: infer I extends Reading['int64'] } ? I : 'number'
  readonly dates: O extends { readonly dates: infer D extends Reading['dates'] } ? D : 'date'
}

export const engineReaders = { signal: abortSignal, threads: integer(1, 1024), memoryLimit: byteSize }
const reading: OptionReaders<ReadingOptions> = {
  int64: oneOf('number', 'bigint', 'string'),
  dates: oneOf('date', 'ms', 'iso'),
}
const run: OptionReaders<RunOptions> = {
  ...engineReaders,
  progress: boolean,
  onProgress: callback as OptionReaders<RunOptions>['onProgress'],
}

export type CheckedRunOptions = Omit<RunOptions, 'memoryLimit'> & { readonly memoryLimit?: number }

export function readRunOptions(options: unknown, method: string): CheckedRunOptions {
  return withEnvironment(readOptions(options, method, run) as CheckedRunOptions)
}

export function readComputeOptions(options: unknown): CheckedRunOptions & Partial<Reading> {
  return withEnvironment(
    readOptions(options, 'compute', { ...run, ...reading }) as CheckedRunOptions & Partial<Reading>,
  )
}

/** Options of `explain`. */
export interface ExplainOptions {
  /** The plan as it will run (default), or as it was written. */
  readonly optimized?: boolean
}

/** Options of `explain({ analyze: true })`: it runs the query. */
export interface AnalyzeOptions extends RunOptions {
  readonly analyze: true
}

export function readExplainOptions(
  options: unknown,
): CheckedRunOptions & { optimized?: boolean; analyze?: boolean } {
  return withEnvironment(
    readOptions<ExplainOptions & RunOptions & { analyze?: boolean }>(options, 'explain', {
      ...run,
      optimized: boolean,
      analyze: boolean,
    }) as CheckedRunOptions & { optimized?: boolean; analyze?: boolean },
  )
}

export function readBatchOptions(
  options: unknown,
): Omit<CheckedRunOptions, 'progress'> & Partial<Reading> & { size: number } {
  const read = readOptions<BatchOptions>(options, 'batches', {
    ...engineReaders,
    ...reading,
    size: integer(1, 2 ** 31 - 1),
  })
  return withEnvironment({ size: 65_536, ...read } as CheckedRunOptions & Partial<Reading> & { size: number })
}

/** MILLRACE_NUM_THREADS and MILLRACE_MEMORY_LIMIT stand in for what the call leaves open. */
function withEnvironment<T extends CheckedRunOptions>(options: T): T {
  const { MILLRACE_NUM_THREADS: threads, MILLRACE_MEMORY_LIMIT: memory } = process.env
  return {
    ...(threads
      ? { threads: integer(1, 1024)(Number(threads), 'the environment variable MILLRACE_NUM_THREADS') }
      : {}),
    ...(memory
      ? { memoryLimit: byteSize(environmentBytes(memory), 'the environment variable MILLRACE_MEMORY_LIMIT') }
      : {}),
    ...options,
  }
}

const environmentBytes = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text)
