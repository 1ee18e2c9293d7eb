/**
 * Workers, the queue between them and the tasks, and what happens when a worker ends. It knows nothing of promises: tasks
 * are entries of the queue, and entries settle themselves. The facade (`Pool`) is kept out of here, so that a pool which
 * the program has dropped can be collected while its workers still refer to this.
 */

import { makeWay, nextUnit } from './dispatch-order.js'
import { EntryQueue } from './entry-queue.js'
import { decodeThrown } from './error-codec/decode-error.js'
import type { EncodedThrow } from './error-codec/encode-error.js'
import {
  PoolClosedError,
  PoolQueueFullError,
  PoolTerminatedError,
  TimeoutError,
  WorkerInitError,
} from './errors.js'
import type { ShippedFunction } from './functions/function-ref.js'
import type { WorkerExit } from './link/link.js'
import type { ResolvedPoolOptions } from './pool-options.js'
import { PoolWorker } from './pool-worker.js'
import { ResultPoll } from './result-poll.js'
import { pack } from './shareable.js'
import { ShippedHandle } from './shipped-handle.js'
import { startWorker } from './start-worker.js'
import { StateWaiters } from './state-waiters.js'
import { recordTask } from './task-events.js'
import { TaskWatch } from './task-watch.js'
import type { QueueEntry, Unit } from './unit.js'
import * as p from './worker/protocol.js'

const mostBootFailures = 3

let pools = 0

export class PoolCore {
  readonly options: ResolvedPoolOptions
  readonly workers: Map<number, PoolWorker> = new Map()
  readonly #id = ++pools
  readonly #queue = new EntryQueue()
  readonly #handles = new Map<unknown, ShippedHandle>()
  readonly #watch: TaskWatch
  readonly #keepAlive: NodeJS.Timeout
  #target: number
  #workersMade = 0
  #pending = 0
  #flushing = false
  readonly #poll = new ResultPoll(this)
  #closed = false
  #terminated: Error | undefined
  #bootFailures = 0
  #initError: WorkerInitError | undefined
  #respawnDelayMs = 0
  readonly #waiters = new StateWaiters()
  tasksCompleted = 0
  tasksFailed = 0
  crashes = 0

  constructor(options: ResolvedPoolOptions) {
    this.options = options
    this.#target = options.min
    this.#watch = new TaskWatch(this)
    this.#keepAlive = setInterval(() => {}, 2 ** 30)
    this.#keepAlive.unref()
    if (options.start === 'eager') this.#fill()
  }

  get context(): 'threads' | 'processes' {
    return this.options.context
  }

  get concurrency(): number {
    return this.options.concurrency
  }

  /** As many workers as there may be. */
  get slots(): number {
    return Math.max(this.options.max, this.#target)
  }

  get queueSize(): number {
    return this.#queue.size
  }

  get pending(): number {
    return this.#pending
  }

  get closed(): boolean {
    return this.#closed
  }

  handle(shipped: ShippedFunction): ShippedHandle {
    const known = shipped.closure ? undefined : this.#handles.get(shipped.ref)
    if (known) return known
    const made = new ShippedHandle(this, shipped, this.pack(shipped))
    if (!made.temporary) this.#handles.set(shipped.ref, made)
    return made
  }

  /** The value as it travels; shared objects make it an envelope. */
  readonly pack = (value: unknown): unknown => {
    const packed = pack(value, this.context)
    return packed === value ? value : { packed }
  }

  /** Throws when the pool takes no more work. */
  checkOpen(): void {
    if (this.#terminated)
      throw new PoolTerminatedError('the pool has been terminated', { cause: this.#terminated })
    if (this.#closed)
      throw new PoolClosedError('the pool is closed and takes no more work', { hint: 'make a new Pool' })
    const { maxQueue } = this.options
    if (this.#queue.size >= maxQueue)
      throw new PoolQueueFullError(`${this.#queue.size} tasks wait already, and maxQueue is ${maxQueue}`, {
        hint: 'await pool.capacity() before you submit, or raise maxQueue',
      })
  }

  /** Precondition: checkOpen(). Its end must be told by taskEnded(). */
  submit(entry: QueueEntry): void {
    if (this.#pending++ === 0) this.#keepAlive.ref()
    this.#add(entry, false)
    entry.submitted?.()
    if (this.#bootFailures >= mostBootFailures) this.#bootFailures = 0
    this.#fill()
    this.dispatchSoon()
  }

  /** An entry has something to hand out again. */
  requeue(entry: QueueEntry): void {
    if (this.#terminated) return
    if (!entry.exhausted && !this.#queue.has(entry)) this.#add(entry, true)
    this.dispatchSoon()
  }

  #add(entry: QueueEntry, first: boolean): void {
    if (first) this.#queue.unshift(entry)
    else this.#queue.push(entry)
  }

  taskEnded(fn: ShippedHandle, failed: boolean): void {
    if (failed) this.tasksFailed++
    else this.tasksCompleted++
    if (fn.temporary) for (const worker of this.workers.values()) worker.forget(fn)
    if (--this.#pending === 0) {
      this.#keepAlive.unref()
      if (this.#closed) this.#leaveAll()
    }
    this.#waiters.tell()
  }

  /** Takes everything out that no worker has begun. */
  cancelQueued(error: unknown): number {
    const entries = this.#queue.drain()
    for (const entry of entries) entry.reject(error)
    this.#waiters.tell()
    return entries.length
  }

  dispatchSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.#dispatch()
    })
  }

  #dispatch(): void {
    for (let any = true; any && this.#queue.size > 0; ) {
      any = false
      for (const worker of this.workers.values()) if (this.#feed(worker)) any = true
    }
    if (this.#queue.size > 0) {
      this.#grow()
      makeWay(this.#queue, this.workers.values())
    }
    for (const worker of this.workers.values()) this.#flush(worker)
    this.#waiters.tell()
    if (this.context === 'threads' && this.#pending > 0 && this.#pending <= this.workers.size)
      this.#poll.start()
  }

  #feed(worker: PoolWorker): boolean {
    if (worker.phase === 'leaving' || worker.phase === 'gone' || worker.stalled) return false
    if (worker.units.size > 0 && !worker.mayGetMore(this.concurrency)) return false
    const unit = nextUnit(this.#queue, worker)
    if (!unit) return false
    worker.assign(unit)
    if (unit.timeoutMs !== undefined) this.#watch.start()
    if (worker.units.size === 2 && unit.kind === 'call') this.#watch.startStalls()
    return true
  }

  #flush(worker: PoolWorker): void {
    if (!worker.hasMail || worker.phase === 'gone') return
    for (const [unit, error] of worker.flush()) {
      unit.unsendable(error)
      this.dispatchSoon()
    }
  }

  #receive(worker: PoolWorker, batch: readonly p.Message[]): void {
    worker.measure(batch)
    for (const message of batch) {
      const [kind, id] = message as readonly [number, number]
      if (kind >= p.called && kind <= p.reported) this.#unitMessage(worker, id, message)
      else this.#workerMessage(worker, message)
    }
    if (worker.units.size === 0) this.#idle(worker)
    this.dispatchSoon()
  }

  #unitMessage(worker: PoolWorker, id: number, message: p.Message): void {
    const unit = worker.units.get(id)
    if (!unit) return
    if (!unit.receive(message, worker)) return
    worker.units.delete(id)
    const sentAt = unit.assignment?.sentAt ?? 0
    recordTask(this.#id, worker.slot, sentAt, performance.now(), Math.max(1, unit.items))
  }

  #workerMessage(worker: PoolWorker, message: p.Message): void {
    const [kind, body] = message
    if (kind === p.ready) {
      worker.phase = worker.phase === 'starting' ? 'ready' : worker.phase
      this.#bootFailures = 0
      this.#respawnDelayMs = 0
      this.#initError = undefined
      this.#waiters.tell()
    } else if (kind === p.initFailed) {
      const cause = decodeThrown(body as EncodedThrow)
      const why = cause instanceof Error ? cause.message : String(cause)
      this.#initError = new WorkerInitError(`the initializer failed: ${why}`, { cause })
    } else if (kind === p.resumed) {
      worker.stalled = false
      worker.link.recall(false)
    } else if (kind === p.pong) {
      worker.memoryBytes = body as number
      worker.cpuMs = message[2] as number
    } else if (kind === p.workerError) {
      const error = decodeThrown(body as EncodedThrow)
      process.emitWarning(
        `an error in worker ${worker.id} belongs to no task: ${error instanceof Error ? error.stack : String(error)}`,
        { code: 'MILLRACE_WORKER_ERROR' },
      )
    }
  }

  #fill(): void {
    if (this.#terminated || this.#bootFailures >= mostBootFailures) return
    const wanted = this.#closed ? 0 : this.#target
    while (this.#staying() < wanted) this.#spawn()
    if (this.#queue.size > 0) this.#grow()
  }

  /** One more worker, when all have work and there may be more. */
  #grow(): void {
    if (this.#terminated || this.#bootFailures >= mostBootFailures) return
    const staying = this.#staying()
    if (staying >= this.slots) return
    const free = [...this.workers.values()].some(
      worker => worker.units.size === 0 && worker.phase !== 'leaving',
    )
    if (!free) {
      this.#spawn()
      this.dispatchSoon()
    }
  }

  #staying(): number {
    let count = 0
    for (const worker of this.workers.values()) if (worker.phase !== 'leaving') count++
    return count
  }

  #spawn(): void {
    const taken = new Set([...this.workers.values()].map(worker => worker.slot))
    let slot = 0
    while (taken.has(slot)) slot++
    const worker = new PoolWorker(++this.#workersMade, slot, this.pack)
    startWorker(worker, this.options, {
      onMessages: batch => this.#receive(worker, batch),
      onExit: exit => this.#exited(worker, exit),
    })
    this.workers.set(worker.id, worker)
  }

  #exited(worker: PoolWorker, exit: WorkerExit): void {
    const { phase } = worker
    const units = [...worker.units.values()]
    const startedAny = units.some(unit => unit.kind === 'join' || worker.startedOf(unit) > 0)
    worker.phase = 'gone'
    this.workers.delete(worker.id)
    const bootFailed = phase === 'starting' && !worker.kill
    if (phase === 'ready' && !worker.kill) {
      this.crashes++
      // Dying without work is the worker's own doing: ever slower, so that it does not go round in circles.
      if (!startedAny) this.#respawnDelayMs = Math.min(Math.max(this.#respawnDelayMs * 2, 10), 1_000)
    }
    // The last first: what goes back to the front of the queue keeps its order.
    for (const unit of units.reverse())
      unit.crashed({ exit, worker, killed: worker.kill }, worker.startedBeyond(unit))
    worker.units.clear()
    if (bootFailed) this.#bootFailed(exit)
    if (!this.#terminated) this.#refill()
    this.dispatchSoon()
    this.#waiters.tell()
  }

  #refill(): void {
    if (this.#respawnDelayMs > 10) setTimeout(() => this.#fill(), this.#respawnDelayMs).unref()
    else this.#fill()
  }

  #bootFailed(exit: WorkerExit): void {
    if (++this.#bootFailures < mostBootFailures) return
    const error =
      this.#initError ??
      new WorkerInitError(
        `workers could not start, ${mostBootFailures} times in a row (exit code ${exit.exitCode})`,
        {
          cause: exit.error,
          hint: exit.stderr || 'see what they wrote to stderr',
        },
      )
    this.#initError = error
    this.cancelQueued(error)
    for (const worker of this.workers.values())
      for (const unit of worker.units.values()) unit.rejectTask(error)
  }

  #idle(worker: PoolWorker): void {
    worker.idleSince = performance.now()
    const { maxTasksPerWorker, recycleAbove, idleTimeout } = this.options
    if (worker.phase !== 'ready') return
    if (worker.itemsDone >= maxTasksPerWorker) this.#leave(worker)
    else if (recycleAbove !== undefined) {
      worker.send([p.ping])
      if (worker.memoryBytes > recycleAbove) this.#leave(worker)
    }
    if (this.workers.size > this.#target && idleTimeout !== Number.POSITIVE_INFINITY)
      this.#watch.startIdle(idleTimeout)
  }

  /** Workers above the minimum that have had nothing to do. */
  dropIdle(idleMs: number): boolean {
    let above = this.#staying() - this.#target
    for (const worker of this.workers.values()) {
      if (above <= 0) return false
      if (worker.phase !== 'ready' || worker.units.size > 0) continue
      if (performance.now() - worker.idleSince < idleMs) continue
      this.#leave(worker)
      above--
    }
    return above > 0
  }

  /** Ends a worker after what it has; the finalizer runs. */
  #leave(worker: PoolWorker): void {
    if (worker.phase === 'leaving' || worker.phase === 'gone') return
    worker.phase = 'leaving'
    worker.link.yield(true)
    worker.send([p.end])
    this.#flush(worker)
    const kill = setTimeout(
      () => worker.phase !== 'gone' && worker.units.size === 0 && worker.link.kill(),
      this.options.terminateTimeout,
    )
    kill.unref()
    if (!this.#closed) this.#fill()
  }

  #leaveAll(): void {
    for (const worker of [...this.workers.values()]) this.#leave(worker)
  }

  /** Replaces the worker at once; the other units that it has go back. */
  evict(worker: PoolWorker, unit: Unit, error: Error | undefined): void {
    if (worker.phase === 'gone' || worker.kill) return
    worker.kill = { unit, error }
    worker.link.kill()
  }

  /**
   * A call takes long, and others wait in the same worker, or their results do: they go to other workers. Those not yet
   * begun run once only: the worker counts a call as started before it looks whether it is still wanted, and this side
   * says so before it reads the count. Those whose results the worker still holds run again.
   */
  rescue(worker: PoolWorker): void {
    worker.stalled = true
    worker.link.recall(true)
    worker.send([p.resume])
    this.#flush(worker)
    for (const unit of [...worker.units.values()].reverse()) {
      if (worker.isLastStarted(unit)) continue
      worker.units.delete(unit.id)
      unit.recalled()
    }
    this.dispatchSoon()
  }

  /** Gives an aborted unit time to end by itself. */
  evictLater(worker: PoolWorker, unit: Unit, graceMs: number): void {
    this.#flush(worker)
    setTimeout(() => {
      if (!worker.units.has(unit.id)) return
      if (unit.kind === 'join' || worker.startedOf(unit) > 0) this.evict(worker, unit, undefined)
    }, graceMs)
  }

  /** Has the workers tell what they use, for the next look at the statistics. */
  askUsage(): void {
    for (const worker of this.workers.values()) worker.send([p.ping])
    this.dispatchSoon()
  }

  until(condition: () => boolean, timeoutMs?: number): Promise<void> {
    return this.#waiters.until(condition, timeoutMs)
  }

  async resize(workers: number): Promise<void> {
    this.#target = workers
    ;(this.options as { min: number; max: number }).min = workers
    ;(this.options as { min: number; max: number }).max = workers
    const staying = [...this.workers.values()].filter(worker => worker.phase !== 'leaving')
    for (const worker of staying.slice(workers)) this.#leave(worker)
    this.#fill()
    this.dispatchSoon()
    await this.until(() => this.workers.size === this.#target && this.#allReady())
  }

  async recycle(): Promise<void> {
    const old = [...this.workers.values()]
    for (const worker of old) this.#leave(worker)
    await this.until(() => old.every(worker => worker.phase === 'gone') && this.#allReady())
  }

  async ready(): Promise<void> {
    this.#fill()
    await this.until(
      () =>
        this.#initError !== undefined ||
        this.#terminated !== undefined ||
        (this.workers.size > 0 && this.#allReady()),
    )
    if (this.#initError) throw this.#initError
  }

  #allReady(): boolean {
    for (const worker of this.workers.values()) if (worker.phase === 'starting') return false
    return true
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#pending === 0) this.#leaveAll()
  }

  async join(timeoutMs: number | undefined): Promise<void> {
    await this.until(() => this.#pending === 0 && this.workers.size === 0, timeoutMs)
  }

  async terminate(reason: Error): Promise<void> {
    this.#closed = true
    if (!this.#terminated) {
      this.#terminated = reason
      this.cancelQueued(reason)
      for (const worker of this.workers.values()) {
        for (const unit of worker.units.values()) unit.rejectTask(reason)
        worker.kill ??= { unit: undefined as never, error: reason }
        worker.link.kill()
      }
    }
    try {
      await this.until(() => this.workers.size === 0, this.options.terminateTimeout)
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error
      process.emitWarning(
        `${this.workers.size} workers of a pool did not end within ${this.options.terminateTimeout} ms`,
        {
          code: 'MILLRACE_WORKERS_LEFT',
        },
      )
    }
    clearInterval(this.#keepAlive)
  }
}
