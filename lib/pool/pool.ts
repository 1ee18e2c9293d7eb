import { onAbort } from '../core/abort.js'
import { type CallSite, callSite, invalidArgument, MillraceError } from '../core/errors.js'
import { AsyncResult } from './async-result.js'
import { PoolBootstrapError, PoolTerminatedError } from './errors.js'
import { type AnyFunction, shipFunction } from './functions/ship-function.js'
import { CallUnit } from './job/call-unit.js'
import { ResultQueue } from './job/result-queue.js'
import { imapJob, mapJob, watched } from './job/start-job.js'
import { StreamUnit } from './job/stream-unit.js'
import { ownBytes } from './own-bytes.js'
import { PoolCore } from './pool-core.js'
import {
  type ApplyOptions,
  type ImapOptions,
  type MapOptions,
  type PoolOptions,
  readApplyOptions,
  readImapOptions,
  readMapOptions,
  readPoolOptions,
  readStreamOptions,
  type StreamOptions,
  type TaskOptions,
  type WorkerCount,
} from './pool-options.js'
import { type PoolStats, statsOf } from './pool-stats.js'
import { PoolTask } from './pool-task.js'
import type { AnyIterable, Mapped, MapResult } from './pool-types.js'
import type { ShippedHandle } from './shipped-handle.js'
import { drainPoolEvents } from './task-events.js'
import { importing } from './worker-identity.js'

// With more tasks than this in flight the line that submitted them is not remembered: it costs a microsecond each.
const mostTasksWithSite = 256

/** Stops the workers of pools that the program has dropped without closing them. */
const dropped = new FinalizationRegistry<PoolCore>(core => {
  if (core.closed) return
  process.emitWarning('an unclosed Pool was garbage collected; its workers end now', {
    code: 'MILLRACE_UNCLOSED_POOL',
    detail: 'await using pool = new Pool(), or pool.close() and await pool.join()',
  })
  core.close()
})

/** @internal What stands behind a pool, for what else runs on its workers. */
export let coreOf: (pool: Pool) => PoolCore

/**
 * Workers that run JavaScript functions on every core: Python's `multiprocessing.Pool`. Workers start at once, without
 * blocking, and do not keep an idle process alive. Throws ERR_UNKNOWN_OPTION and ERR_INVALID_ARGUMENT.
 *
 * @example
 * await using pool = new Pool(2)
 * const cubes = await pool.map((x: number) => x ** 3, range(10, 100))
 */
export class Pool implements AsyncDisposable, Disposable {
  static {
    coreOf = pool => pool.#core
  }

  readonly #core: PoolCore
  readonly #closeTimeout: number

  constructor(workers?: WorkerCount | PoolOptions, options?: PoolOptions) {
    if (importing())
      throw new PoolBootstrapError('a Pool was made by a module that a worker is loading', {
        hint: "make it only in the main thread: if (isMainThread) { ... }, from 'node:worker_threads'",
      })
    const resolved = readPoolOptions(workers, options)
    this.#closeTimeout = resolved.closeTimeout
    const core = new PoolCore(resolved)
    this.#core = core
    dropped.register(this, core)
    const { signal } = resolved
    if (signal?.aborted) this.terminate()
    else onAbort(signal, () => void core.terminate(terminated(signal?.reason)))
  }

  /**
   * Applies `fn` to every item, on all workers, and gives the results in order. Python's `Pool.map`; a failing item
   * rejects at once unless `onError` says otherwise. Numbers, ranges and typed arrays cost nanoseconds an item.
   *
   * @example
   * const squares = await new Pool(2).map((x: number) => x * x, [1, 2, 3])
   */
  map<T, R, const O extends MapOptions = MapOptions>(
    fn: Mapped<T, R>,
    items: AnyIterable<T>,
    options?: O,
  ): PoolTask<MapResult<Awaited<R>, O>> {
    return this.#map('map', fn as AnyFunction, items, options, false, callSite(this.map)) as never
  }

  /** As `map`, for functions of several parameters: each item is the list of arguments. Python's `Pool.starmap`. */
  starmap<A extends readonly unknown[], R, const O extends MapOptions = MapOptions>(
    fn: (...args: A) => R,
    items: AnyIterable<A>,
    options?: O,
  ): PoolTask<MapResult<Awaited<R>, O>> {
    return this.#map('starmap', fn as AnyFunction, items, options, true, callSite(this.starmap)) as never
  }

  /**
   * Results in order, as an async iterator that pulls its input as they are read. Python's `Pool.imap`, without its
   * reading ahead of the whole input.
   *
   * @example
   * for await (const root of new Pool(2).imap(Math.sqrt, [1, 4, 9])) console.log(root)
   */
  imap<T, R>(
    fn: Mapped<T, R>,
    items: AnyIterable<T>,
    options?: ImapOptions,
  ): AsyncIterableIterator<Awaited<R>> {
    return this.#imap('imap', fn as AnyFunction, items, options, callSite(this.imap))
  }

  /** As `imap`, in the order in which they are done. Python's `Pool.imap_unordered`. */
  imapUnordered<T, R>(
    fn: Mapped<T, R>,
    items: AnyIterable<T>,
    options?: ImapOptions,
  ): AsyncIterableIterator<Awaited<R>> {
    return this.#imap('imapUnordered', fn as AnyFunction, items, options, callSite(this.imapUnordered))
  }

  /** One call in a worker. Python's `Pool.apply`, and `Executor.submit`. */
  apply<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: A,
    options?: ApplyOptions,
  ): PoolTask<Awaited<R>> {
    const core = this.#core
    const { task, resolve, reject } = PoolTask.create<Awaited<R>>()
    try {
      const read = options === undefined ? undefined : readApplyOptions(options)
      const handle = core.handle(shipFunction(fn, 'pool.apply', read?.closure))
      core.checkOpen()
      read?.signal?.throwIfAborted()
      const site = core.pending < mostTasksWithSite ? callSite(this.apply) : undefined
      const settings = read ? callSettings(core, read, site) : plainSettings(site)
      const unit = new CallUnit(
        handle,
        argumentsOf(args, core, read?.transfer),
        settings,
        resolve as never,
        reject,
      )
      task.attach(unit)
      core.submit(unit)
      if (read?.signal) watchSignal(task, read.signal)
    } catch (error) {
      reject(error)
    }
    return task
  }

  /** As `map`, with Python's AsyncResult to ask later. */
  mapAsync<T, R>(fn: Mapped<T, R>, items: AnyIterable<T>, options?: MapOptions): AsyncResult<Awaited<R>[]> {
    return new AsyncResult(
      this.#map('mapAsync', fn as AnyFunction, items, options, false, callSite(this.mapAsync)) as never,
    )
  }

  starmapAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    items: AnyIterable<A>,
    options?: MapOptions,
  ): AsyncResult<Awaited<R>[]> {
    return new AsyncResult(
      this.#map(
        'starmapAsync',
        fn as AnyFunction,
        items,
        options,
        true,
        callSite(this.starmapAsync),
      ) as never,
    )
  }

  applyAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: A,
    options?: ApplyOptions,
  ): AsyncResult<Awaited<R>> {
    return new AsyncResult(this.apply(fn, args, options))
  }

  /**
   * The values that a generator yields in a worker, as an async iterator. The generator waits when `buffer` values are
   * unread, and is closed when the reader leaves.
   *
   * @example
   * for await (const n of new Pool(1).stream(function* (to: number) { for (let i = 0; i < to; i++) yield i }, [3])) console.log(n)
   */
  stream<A extends readonly unknown[], R>(
    generator: (...args: A) => Iterable<R> | AsyncIterable<R>,
    args?: A,
    options?: StreamOptions,
  ): AsyncIterableIterator<R> {
    const core = this.#core
    const read = readStreamOptions(options)
    const handle = core.handle(shipFunction(generator, 'pool.stream', read.closure))
    core.checkOpen()
    const output = new ResultQueue<R>()
    const settings = callSettings(core, read, callSite(this.stream))
    const unit = new StreamUnit(
      handle,
      argumentsOf(args, core, read.transfer),
      settings,
      () => output.end(),
      error => output.fail(error),
    )
    unit.output = output as ResultQueue<unknown>
    unit.buffer = read.buffer ?? 16
    output.onRead = () => unit.read()
    output.onReturn = () => unit.leave()
    if (read.signal?.aborted) output.fail(read.signal.reason)
    else {
      core.submit(unit)
      onAbort(read.signal, () => unit.abort(read.signal?.reason))
    }
    return output
  }

  /** Runs `fn` once in every worker; the results are in no order. For caches and settings; Dask's `Client.run`. */
  async broadcast<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: A,
    options?: Omit<TaskOptions, 'key'>,
  ): Promise<Awaited<R>[]> {
    await this.ready()
    const core = this.#core
    const read = readApplyOptions(options)
    if (read.key !== undefined)
      throw invalidArgument('no key: it runs in every worker', 'the option key of broadcast', read.key)
    const handle = core.handle(shipFunction(fn, 'pool.broadcast', read.closure))
    core.checkOpen()
    const tasks = [...core.workers.values()].map(worker => {
      const { task, resolve, reject } = PoolTask.create<Awaited<R>>()
      const settings = { ...callSettings(core, read, undefined), slot: worker.slot }
      const unit = new CallUnit(
        handle,
        argumentsOf(args, core, read.transfer),
        settings,
        resolve as never,
        reject,
      )
      core.submit(unit)
      if (read.signal) watchSignal(task.attach(unit), read.signal)
      return task
    })
    return Promise.all(tasks)
  }

  /** Resolves when all workers have started; rejects with WorkerInitError when they cannot. */
  async ready(): Promise<void> {
    await this.#core.ready()
  }

  /** Resolves when the queue has room: fewer than `maxQueue` tasks wait, or fewer than workers without a limit. */
  async capacity(): Promise<void> {
    const core = this.#core
    const room = Math.min(core.options.maxQueue, Math.max(1, core.slots))
    await core.until(() => core.queueSize < room)
  }

  /** Changes the number of workers; those that are too many end after what they run. */
  async resize(workers: number): Promise<void> {
    if (!Number.isSafeInteger(workers) || workers < 1 || workers > 1_024)
      throw invalidArgument('a whole number from 1 to 1024', 'the workers of resize', workers)
    await this.#core.resize(workers)
  }

  /** Replaces every worker, each after what it runs; resolves when the new ones are ready. */
  async recycle(): Promise<void> {
    await this.#core.recycle()
  }

  /** Rejects every task that no worker has begun, with `reason`; the answer is how many there were. */
  cancelPending(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): number {
    return this.#core.cancelQueued(reason)
  }

  /** No more tasks; workers end when all are done. */
  close(): void {
    this.#core.close()
  }

  /** Waits until a closed pool has done everything and its workers are gone. ERR_TIMEOUT when it takes longer. */
  async join(options: { readonly timeout?: number } = {}): Promise<void> {
    if (!this.#core.closed)
      throw new MillraceError(
        'ERR_INVALID_ARGUMENT',
        'join() waits for a pool to end, and this one is open',
        {
          hint: 'call close() or terminate() first',
        },
      )
    await this.#core.join(options.timeout)
  }

  /** Ends the workers now; unfinished tasks reject with PoolTerminatedError. */
  async terminate(): Promise<void> {
    dropped.unregister(this)
    await this.#core.terminate(terminated())
  }

  /** Workers that there are now. */
  get size(): number {
    return this.#core.workers.size
  }

  /** Tasks that wait. */
  get queueSize(): number {
    return this.#core.queueSize
  }

  /** Counts of tasks, and each worker's tasks, memory and CPU. Reading is cheap; memory is as of the last idle moment. */
  get stats(): PoolStats {
    return statsOf(this.#core)
  }

  /** Python's `with Pool()` terminates; this closes, waits for the tasks, and terminates after `closeTimeout`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    try {
      await this.#core.join(this.#closeTimeout)
    } catch {
      await this.terminate()
    }
  }

  [Symbol.dispose](): void {
    void this.terminate()
  }

  #map(
    method: string,
    fn: AnyFunction,
    items: AnyIterable<unknown>,
    options: MapOptions | undefined,
    spread: boolean,
    site: CallSite,
  ): PoolTask<unknown> {
    const core = this.#core
    const { task, resolve, reject } = PoolTask.create<unknown>()
    try {
      const read = readMapOptions(options, method)
      const handle = core.handle(shipFunction(fn, `pool.${method}`, read.closure))
      core.checkOpen()
      read.signal?.throwIfAborted()
      const settings = mapSettings(core, read, `pool.${method}`, spread, site)
      const job = mapJob(core, handle, items, settings, resolve as never, reject)
      task.attach(job)
      core.submit(job)
      watched(job, task, read)
      if (read.signal) watchSignal(task, read.signal)
    } catch (error) {
      reject(error)
    }
    return task
  }

  #imap<R>(
    method: string,
    fn: AnyFunction,
    items: AnyIterable<unknown>,
    options: ImapOptions | undefined,
    site: CallSite,
  ): AsyncIterableIterator<R> {
    const core = this.#core
    const read = readImapOptions(options, method)
    const handle: ShippedHandle = core.handle(shipFunction(fn, `pool.${method}`, read.closure))
    core.checkOpen()
    const settings = mapSettings(core, read, `pool.${method}`, false, site)
    const { job, output } = imapJob(core, handle, items, settings, read, method === 'imap')
    if (read.signal?.aborted) output.fail(read.signal.reason)
    else {
      core.submit(job)
      onAbort(read.signal, () => job.abort(read.signal?.reason))
    }
    return output as AsyncIterableIterator<never>
  }
}

/** @internal For tests of the events that a dashboard will read. */
export { drainPoolEvents }

function terminated(cause?: unknown): PoolTerminatedError {
  return new PoolTerminatedError(
    'the pool was terminated before the task ended',
    cause === undefined ? {} : { cause },
  )
}

function argumentsOf(args: readonly unknown[] | undefined, core: PoolCore, transfer?: unknown): unknown {
  if (args === undefined) return []
  if (!Array.isArray(args)) throw invalidArgument('an array of arguments', 'the second argument', args)
  return core.pack(transfer ? args : ownBytes(args))
}

const plain = Object.freeze({
  priority: 0,
  slot: undefined,
  timeoutMs: undefined,
  graceMs: 100,
  retries: 0,
  transfer: undefined,
  onProgress: undefined,
  site: undefined,
})

const plainSettings = (site: CallSite | undefined) => (site ? { ...plain, site } : plain)

function callSettings(core: PoolCore, read: ApplyOptions & StreamOptions, site: CallSite | undefined) {
  if (read.transfer && core.context === 'processes')
    throw invalidArgument('no transfer list', 'the option transfer of a pool of processes', read.transfer)
  return {
    priority: read.priority ?? 0,
    slot: slotOf(core, read.key),
    timeoutMs: read.timeout,
    graceMs: read.graceMs ?? 100,
    retries: read.retries ?? 0,
    transfer: read.transfer,
    onProgress: read.onProgress,
    site,
  }
}

function mapSettings(core: PoolCore, read: MapOptions, method: string, spread: boolean, site: CallSite) {
  return {
    method,
    priority: read.priority ?? 0,
    slot: slotOf(core, read.key),
    timeoutMs: read.timeout,
    graceMs: read.graceMs ?? 100,
    retries: read.retries ?? 0,
    chunkSize: read.chunkSize ?? 'auto',
    onError: read.onError ?? 'fail-fast',
    returns: read.returns ?? 'auto',
    spread,
    site,
  } as const
}

/** The place of the worker for tasks of that key. */
function slotOf(core: PoolCore, key: string | number | undefined): number | undefined {
  if (key === undefined) return undefined
  let hash = 0
  for (const char of String(key)) hash = (Math.imul(hash, 31) + (char.codePointAt(0) as number)) | 0
  return Math.abs(hash) % Math.max(1, core.options.min || core.options.max)
}

function watchSignal(task: PoolTask<unknown>, signal: AbortSignal): void {
  const forget = onAbort(signal, () => task.abort(signal.reason))
  task.then(forget, forget)
}
