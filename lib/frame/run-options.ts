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
  text,
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
  /**
   * Bytes, or text such as '1GB'. A query that needs more goes on with its rows on disk (`spill`); one that cannot, as
   * its result alone is larger, fails with ERR_MEMORY_LIMIT. Functions in the plan (`mapBatches`, `apply`) have an even share.
   */
  readonly memoryLimit?: number | string
  /**
   * Whether sorts, joins, groups and windows put rows on disk: when `memoryLimit` is too small for them ('auto', the
   * default), 'never', or 'always', which spares a table that is known to be too large the first attempt. Groups of what a
   * function gives, which comes once, go there with 'always' alone, but for medians and distinct counts.
   */
  readonly spill?: 'auto' | 'never' | 'always'
  /** The folder for such rows; default the system's for temporary files. They lie in files without a name. */
  readonly spillDirectory?: string
  /** Bytes of disk, or text such as '100GB', that a query may use; it fails with ERR_SPILL_LIMIT beyond. Default all. */
  readonly spillLimit?: number | string
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
export interface BatchOptions extends ReadingOptions, Omit<RunOptions, 'progress' | 'onProgress'> {
  /** Rows a batch; default 65,536, or fewer where `memoryLimit` has no room for those. The last one may be smaller. */
  readonly size?: number
}

/** The reading that options ask for. */
export type ReadingOf<O> = {
  readonly int64: O extends { readonly int64: infer I extends Reading['int64'] } ? I : 'number'
  readonly dates: O extends { readonly dates: infer D extends Reading['dates'] } ? D : 'date'
}

const spill = oneOf('auto', 'never', 'always')
export const engineReaders = {
  signal: abortSignal,
  threads: integer(1, 1024),
  memoryLimit: byteSize,
  spill,
  spillDirectory: text,
  spillLimit: byteSize,
}
const reading: OptionReaders<ReadingOptions> = {
  int64: oneOf('number', 'bigint', 'string'),
  dates: oneOf('date', 'ms', 'iso'),
}
const run: OptionReaders<RunOptions> = {
  ...engineReaders,
  progress: boolean,
  onProgress: callback as OptionReaders<RunOptions>['onProgress'],
}

const computing = { ...run, ...reading }

export type CheckedRunOptions = Omit<RunOptions, 'memoryLimit' | 'spillLimit'> & {
  readonly memoryLimit?: number
  readonly spillLimit?: number
}

export function readRunOptions(options: unknown, method: string): CheckedRunOptions {
  return withEnvironment(readOptions(options, method, run) as CheckedRunOptions)
}

export function readComputeOptions(options: unknown): CheckedRunOptions & Partial<Reading> {
  return withEnvironment(readOptions(options, 'compute', computing) as CheckedRunOptions & Partial<Reading>)
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
): Omit<CheckedRunOptions, 'progress'> & Partial<Reading> & { size?: number } {
  const read = readOptions<BatchOptions>(options, 'batches', {
    ...engineReaders,
    ...reading,
    size: integer(1, 2 ** 31 - 1),
  })
  return withEnvironment(read as CheckedRunOptions & Partial<Reading> & { size?: number })
}

type EnvironmentReader = (value: string, name: string) => unknown
const environment: readonly (readonly [keyof CheckedRunOptions, string, EnvironmentReader])[] = [
  ['threads', 'MILLRACE_NUM_THREADS', (value, name) => integer(1, 1024)(Number(value), name)],
  ['memoryLimit', 'MILLRACE_MEMORY_LIMIT', environmentBytes],
  ['spill', 'MILLRACE_SPILL', spill],
  ['spillDirectory', 'MILLRACE_SPILL_DIRECTORY', text],
  ['spillLimit', 'MILLRACE_SPILL_LIMIT', environmentBytes],
]

/** Variables of the environment stand in for what the call leaves open. */
function withEnvironment<T extends CheckedRunOptions>(options: T): T {
  let defaults: Record<string, unknown> | undefined
  for (const [option, variable, read] of environment) {
    const value = process.env[variable]
    if (!value) continue
    defaults ??= {}
    defaults[option] = read(value, `the environment variable ${variable}`)
  }
  return defaults ? { ...defaults, ...options } : options
}

/** Bytes, or undefined. */
export function readPersistDefault(): number | undefined {
  const value = process.env.MILLRACE_PERSIST_LIMIT
  return value ? environmentBytes(value, 'the environment variable MILLRACE_PERSIST_LIMIT') : undefined
}

function environmentBytes(value: string, name: string): number {
  return byteSize(/^\d+$/.test(value) ? Number(value) : value, name)
}
