import { invalidArgument } from '../core/errors.js'
import {
  abortSignal,
  boolean,
  byteSize,
  callback,
  integer,
  number,
  type OptionReader,
  type OptionReaders,
  oneOf,
  readOptions,
  text,
  texts,
} from '../core/options.js'
import { cpuCount } from './cpu-count.js'
import type { ShippedFunction } from './functions/function-ref.js'
import { type AnyFunction, type Closure, shipFunction } from './functions/ship-function.js'
import type { MapProgress } from './job/map-settings.js'
import { resultArrays } from './job/result-arrays.js'
import type { LinkOptions } from './link/link.js'
import type { TaskProgress } from './pool-task.js'
import type { Transferable } from './transferable.js'

/** Numbers of workers: one for all times, or from `min` to `max` as there is work. */
export type WorkerCount = number | { readonly min: number; readonly max: number }

export interface PoolOptions {
  /** Default `cpuCount()`. A number below 1 is a share of it. */
  readonly workers?: WorkerCount
  /** 'threads' (default), or 'processes' for isolation from crashes and hard memory limits. */
  readonly context?: 'threads' | 'processes'
  /** 'eager' (default) starts workers with the pool, 'lazy' with the first task. */
  readonly start?: 'eager' | 'lazy'
  /** Milliseconds until a worker above the minimum ends; default 60,000. */
  readonly idleTimeout?: number
  /** Tasks that may wait; more reject with ERR_POOL_QUEUE_FULL. 'auto' is four a worker. */
  readonly maxQueue?: number | 'auto'
  /** Runs once in each worker before its first task; what it returns is the tasks' `state`. */
  readonly initializer?: AnyFunction
  readonly initArgs?: readonly unknown[]
  /** Runs once in each worker before it ends in good order, with the state. */
  readonly finalizer?: AnyFunction
  /** What the initializer and the finalizer capture. */
  readonly closure?: Closure
  /** Items after which a worker is replaced; Python's `maxtasksperchild`. */
  readonly maxTasksPerWorker?: number
  /** Heap of each worker, in bytes or as text. A hard limit for processes, best effort for threads. */
  readonly memoryLimit?: number | string
  /** Memory in use after a task above which a worker is replaced. */
  readonly recycleAbove?: number | string
  /** Async tasks that a worker has under way at a time; default 1. */
  readonly concurrency?: number
  readonly env?: NodeJS.ProcessEnv
  readonly argv?: readonly string[]
  readonly execArgv?: readonly string[]
  /** `workerData.user` in the workers. */
  readonly workerData?: unknown
  /**
   * For TypeScript task files: 'auto' (default) takes tsx where Node needs it, 'none' leaves them to Node, or a module to import
   * before, found from the task file.
   */
  readonly loader?: string
  /** What a debugger calls the threads, and the system (`ps`) the processes. */
  readonly name?: string
  /** 'inherit' (default), or 'capture', which puts the end of stderr on a WorkerCrashedError. */
  readonly stdio?: 'inherit' | 'capture'
  /** Milliseconds that `await using` waits for tasks before it terminates; default 30,000. */
  readonly closeTimeout?: number
  /** Milliseconds that workers get to end; default 5,000. */
  readonly terminateTimeout?: number
  /** Terminates the pool. */
  readonly signal?: AbortSignal
}

export interface TaskOptions {
  readonly closure?: Closure
  readonly signal?: AbortSignal
  /** Milliseconds that an aborted item has to end by itself; default 100. */
  readonly graceMs?: number
  /** Milliseconds that the task (each item) may run. */
  readonly timeout?: number
  /** Times that a task (an item) which fails or crashes its worker is tried again; default 0. */
  readonly retries?: number
  /** Higher goes first; default 0. */
  readonly priority?: number
  /** Tasks of one key run in one worker. */
  readonly key?: string | number
}

export interface ApplyOptions extends TaskOptions {
  /** Moved to the worker instead of copied; for threads. */
  readonly transfer?: readonly Transferable[]
  /** What the task says by `currentTask().progress(fraction)`. */
  readonly onProgress?: (progress: TaskProgress) => void
}

export interface StreamOptions extends TaskOptions {
  /** Values that may wait for the reader; default 16. */
  readonly buffer?: number
  readonly transfer?: readonly Transferable[]
}

export type Returns = 'auto' | keyof typeof resultArrays

interface ManyOptions extends TaskOptions {
  /** Items at a time: 'auto' (default) by what they take, a number, or 'python' for CPython's rule. */
  readonly chunkSize?: number | 'auto' | 'python'
  /** 'fail-fast' (default) rejects at once, 'wait' after all items, 'collect' gives `PromiseSettledResult`s. */
  readonly onError?: 'fail-fast' | 'wait' | 'collect'
  /** About ten times a second, and at the end. */
  readonly onProgress?: (progress: MapProgress) => void
  /** A bar on stderr, as `compute({ progress: true })` draws it. */
  readonly progress?: boolean
}

export interface MapOptions extends ManyOptions {
  /** 'auto' (default) gives an array; 'float64', 'int32' and so on a typed array, for results that are numbers. */
  readonly returns?: Returns
}

export interface ImapOptions extends ManyOptions {
  /** Items under way or unread at a time; default twice the workers, times `chunkSize` when that is a number. */
  readonly buffer?: number
}

/** Options with their defaults. */
export interface ResolvedPoolOptions {
  readonly min: number
  readonly max: number
  readonly context: 'threads' | 'processes'
  readonly start: 'eager' | 'lazy'
  readonly idleTimeout: number
  readonly maxQueue: number
  readonly initializer: ShippedFunction | undefined
  readonly initArgs: readonly unknown[]
  readonly finalizer: ShippedFunction | undefined
  readonly maxTasksPerWorker: number
  readonly recycleAbove: number | undefined
  readonly concurrency: number
  readonly loader: string
  readonly closeTimeout: number
  readonly terminateTimeout: number
  readonly signal: AbortSignal | undefined
  readonly link: LinkOptions
}

const anything: OptionReader<never> = value => value as never
const object: OptionReader<never> = (value, name) => {
  if (typeof value !== 'object' || value === null) throw invalidArgument('an object', name, value)
  return value as never
}
const list: OptionReader<never> = (value, name) => {
  if (!Array.isArray(value)) throw invalidArgument('an array', name, value)
  return value as never
}
const milliseconds: OptionReader<number> = (value, name) =>
  value === Number.POSITIVE_INFINITY ? value : number(0, 2 ** 31 - 1)(value, name)
const either =
  <T>(word: string, reader: OptionReader<T>): OptionReader<never> =>
  (value, name) =>
    (value === word ? value : reader(value, name)) as never

const workerCount: OptionReader<WorkerCount> = (value, name) => {
  if (typeof value === 'number' && value > 0 && value < 1) return Math.max(1, Math.floor(value * cpuCount()))
  if (typeof value !== 'object' || value === null) return integer(1, 1_024)(value, name)
  const { min, max } = readOptions<{ min: number; max: number }>(value, name, {
    min: integer(0, 1_024),
    max: integer(1, 1_024),
  })
  if (min === undefined || max === undefined || min > max)
    throw invalidArgument('{ min, max } with min at most max', name, value)
  return { min, max }
}

const poolReaders: OptionReaders<PoolOptions> = {
  workers: workerCount,
  context: oneOf('threads', 'processes'),
  start: oneOf('eager', 'lazy'),
  idleTimeout: milliseconds,
  maxQueue: either('auto', integer(1)),
  initializer: callback as never,
  initArgs: list,
  finalizer: callback as never,
  closure: object,
  maxTasksPerWorker: integer(1),
  memoryLimit: byteSize,
  recycleAbove: byteSize,
  concurrency: integer(1, 10_000),
  env: object,
  argv: texts,
  execArgv: texts,
  workerData: anything,
  loader: text,
  name: text,
  stdio: oneOf('inherit', 'capture'),
  closeTimeout: milliseconds,
  terminateTimeout: milliseconds,
  signal: abortSignal,
}

const task: OptionReaders<TaskOptions> = {
  closure: object,
  signal: abortSignal,
  graceMs: milliseconds,
  timeout: number(1, 2 ** 31 - 1),
  retries: integer(0, 1_000_000),
  priority: number(-1e9, 1e9),
  key: (value, name) => {
    if (typeof value !== 'string' && typeof value !== 'number')
      throw invalidArgument('a string or a number', name, value)
    return value
  },
}
const many: OptionReaders<ManyOptions> = {
  ...task,
  chunkSize: (value, name) =>
    value === 'auto' || value === 'python' ? value : (integer(1, 2 ** 30)(value, name) as never),
  onError: oneOf('fail-fast', 'wait', 'collect'),
  onProgress: callback as never,
  progress: boolean,
}

type Read<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

export const readApplyOptions = (options: unknown): Read<ApplyOptions> =>
  readOptions<ApplyOptions>(options, 'apply', { ...task, transfer: list, onProgress: callback as never })
export const readStreamOptions = (options: unknown): Read<StreamOptions> =>
  readOptions<StreamOptions>(options, 'stream', { ...task, transfer: list, buffer: integer(1, 1e9) })
export const readMapOptions = (options: unknown, method: string): Read<MapOptions> =>
  readOptions<MapOptions>(options, method, {
    ...many,
    returns: oneOf('auto', ...(Object.keys(resultArrays) as (keyof typeof resultArrays)[])),
  })
export const readImapOptions = (options: unknown, method: string): Read<ImapOptions> =>
  readOptions<ImapOptions>(options, method, { ...many, buffer: integer(1, 1e9) })

export function readPoolOptions(workers: unknown, options: unknown): ResolvedPoolOptions {
  const given = typeof workers === 'object' && workers !== null && !('min' in workers) ? workers : options
  const read = readOptions<PoolOptions>(given, 'Pool', poolReaders)
  const count =
    typeof workers === 'number' || given !== workers
      ? workers === undefined
        ? read.workers
        : workerCount(workers, 'the workers of Pool')
      : read.workers
  const { min, max } =
    typeof count === 'object' ? count : { min: count ?? cpuCount(), max: count ?? cpuCount() }
  const start = read.start ?? 'eager'
  return {
    min: start === 'lazy' ? 0 : min,
    max,
    context: read.context ?? 'threads',
    start,
    idleTimeout: read.idleTimeout ?? 60_000,
    maxQueue:
      read.maxQueue === 'auto'
        ? 4 * max
        : ((read.maxQueue as number | undefined) ?? Number.POSITIVE_INFINITY),
    initializer: read.initializer && ship(read.initializer, 'initializer of Pool', read.closure),
    initArgs: read.initArgs ?? [],
    finalizer: read.finalizer && ship(read.finalizer, 'finalizer of Pool', read.closure),
    maxTasksPerWorker: read.maxTasksPerWorker ?? Number.POSITIVE_INFINITY,
    recycleAbove: read.recycleAbove as number | undefined,
    concurrency: read.concurrency ?? 1,
    loader: read.loader ?? 'auto',
    closeTimeout: read.closeTimeout ?? 30_000,
    terminateTimeout: read.terminateTimeout ?? 5_000,
    signal: read.signal,
    link: {
      env: read.env,
      argv: read.argv,
      execArgv: read.execArgv,
      workerData: read.workerData,
      stdio: read.stdio ?? 'inherit',
      memoryLimit: read.memoryLimit as number | undefined,
      name: read.name ?? 'millrace pool',
    },
  }
}

const ship = (fn: AnyFunction, what: string, closure: Closure | undefined): ShippedFunction =>
  shipFunction(fn, what, closure)
