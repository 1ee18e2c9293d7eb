import type { ErrorCode } from '../core/error-codes.js'
import { type ErrorFacts, MillraceError } from '../core/errors.js'

type Extra<K extends string> = ErrorFacts & { readonly [key in K]?: unknown }

/** What a Pool or a Process fails with, apart from what the functions themselves throw. */
export class PoolError extends MillraceError {
  /** Position in the input of the item that failed; absent when the error is not about one item. */
  declare readonly taskIndex?: number

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(code, message, facts)
    Object.defineProperty(this, 'name', { value: new.target.name, configurable: true, writable: true })
    const { stack } = this
    if (stack !== undefined) this.stack = stack.replace(/^MillraceError\b/, new.target.name)
  }
}

function addFields(error: Error, facts: object, fields: readonly string[]): void {
  for (const field of fields) {
    const value = (facts as Readonly<Record<string, unknown>>)[field]
    if (value !== undefined)
      Object.defineProperty(error, field, { value, enumerable: true, configurable: true })
  }
}

/** ERR_CLOSURE: an inline function uses what lives in the caller, or cannot travel at all. Thrown before anything is sent. */
export class ClosureError extends PoolError {
  /** The captured names. */
  readonly names: readonly string[]

  constructor(message: string, facts: ErrorFacts & { readonly names?: readonly string[] } = {}) {
    super('ERR_CLOSURE', message, facts)
    this.names = facts.names ?? []
  }
}

/** ERR_TASK_LOAD: a worker could not load the module of a task, or the module lacks the function. */
export class TaskLoadError extends PoolError {
  declare readonly url?: string

  constructor(message: string, facts: Extra<'url'> = {}) {
    super('ERR_TASK_LOAD', message, facts)
    addFields(this, facts, ['url'])
  }
}

type CrashFacts = Extra<'exitCode' | 'signal' | 'stderr' | 'workerId' | 'taskIndex'>

/** ERR_WORKER_CRASHED: the worker ended while it ran the task (`process.exit`, a signal, an uncaught error). */
export class WorkerCrashedError extends PoolError {
  declare readonly exitCode?: number
  declare readonly signal?: NodeJS.Signals
  /** The last 4 KB that the worker wrote to stderr, where that is captured. */
  declare readonly stderr?: string
  declare readonly workerId?: number

  constructor(message: string, facts: CrashFacts = {}, code: ErrorCode = 'ERR_WORKER_CRASHED') {
    super(code, message, facts)
    addFields(this, facts, ['exitCode', 'signal', 'stderr', 'workerId', 'taskIndex'])
  }
}

/** ERR_WORKER_OUT_OF_MEMORY: the task outgrew `memoryLimit`. */
export class WorkerOutOfMemoryError extends WorkerCrashedError {
  constructor(message: string, facts: CrashFacts = {}) {
    super(message, facts, 'ERR_WORKER_OUT_OF_MEMORY')
  }
}

/** ERR_WORKER_INIT: the initializer failed, or workers could not start three times in a row. */
export class WorkerInitError extends PoolError {
  constructor(message: string, facts: ErrorFacts = {}) {
    super('ERR_WORKER_INIT', message, facts)
  }
}

/** ERR_POOL_TERMINATED: the pool was terminated before the task ended. */
export class PoolTerminatedError extends PoolError {
  constructor(message: string, facts: ErrorFacts = {}) {
    super('ERR_POOL_TERMINATED', message, facts)
  }
}

/** ERR_POOL_CLOSED: the pool takes no more work. */
export class PoolClosedError extends PoolError {
  constructor(message: string, facts: ErrorFacts = {}) {
    super('ERR_POOL_CLOSED', message, facts)
  }
}

/** ERR_POOL_QUEUE_FULL: `maxQueue` tasks are waiting already. */
export class PoolQueueFullError extends PoolError {
  constructor(message: string, facts: ErrorFacts = {}) {
    super('ERR_POOL_QUEUE_FULL', message, facts)
  }
}

/** ERR_POOL_BOOTSTRAP: a Pool or a Process was made by a module while a worker loads that module. */
export class PoolBootstrapError extends PoolError {
  constructor(message: string, facts: ErrorFacts = {}) {
    super('ERR_POOL_BOOTSTRAP', message, facts)
  }
}

/** ERR_TASK_TIMEOUT: one item ran longer than the option `timeout`; it was stopped. */
export class TaskTimeoutError extends PoolError {
  declare readonly timeoutMs?: number

  constructor(message: string, facts: Extra<'timeoutMs' | 'taskIndex'> = {}) {
    super('ERR_TASK_TIMEOUT', message, facts)
    addFields(this, facts, ['timeoutMs', 'taskIndex'])
  }
}

/** ERR_TIMEOUT: waiting took longer than asked; what was waited for goes on. Python's `multiprocessing.TimeoutError`. */
export class TimeoutError extends PoolError {
  constructor(message: string, facts: ErrorFacts = {}) {
    super('ERR_TIMEOUT', message, facts)
  }
}

type PlaceFacts = Extra<'path' | 'preview' | 'taskIndex'>

/** ERR_ARGUMENT_SERIALIZATION: an argument, item or captured value cannot be cloned. */
export class ArgumentSerializationError extends PoolError {
  /** Where in the value, as in `.rows[3].callback`. */
  declare readonly path?: string

  constructor(message: string, facts: PlaceFacts = {}) {
    super('ERR_ARGUMENT_SERIALIZATION', message, facts)
    addFields(this, facts, ['path', 'preview', 'taskIndex'])
  }
}

/** ERR_RESULT_SERIALIZATION: a task returned what cannot be cloned; the worker lives. */
export class ResultSerializationError extends PoolError {
  /** Where in the result, as in `.rows[3].callback`. */
  declare readonly path?: string
  /** The result as `util.inspect` shows it, cut. */
  declare readonly preview?: string

  constructor(message: string, facts: PlaceFacts = {}) {
    super('ERR_RESULT_SERIALIZATION', message, facts)
    addFields(this, facts, ['path', 'preview', 'taskIndex'])
  }
}
