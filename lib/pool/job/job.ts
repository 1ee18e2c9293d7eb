import { timeoutError } from '../crash-error.js'
import type { PoolCore } from '../pool-core.js'
import type { TaskStatus } from '../pool-task.js'
import type { PoolWorker } from '../pool-worker.js'
import type { ShippedHandle } from '../shipped-handle.js'
import { nextId, type QueueEntry, type Unit, type UnitKind } from '../unit.js'
import * as p from '../worker/protocol.js'
import type { MapProgress, MapSettings } from './map-settings.js'
import type { ItemSink } from './results-sink.js'

/** A map under way: hands out units, retries items, and ends once. */
export abstract class Job implements QueueEntry {
  readonly id: number = nextId()
  readonly fn: ShippedHandle
  readonly settings: MapSettings
  protected readonly core: PoolCore
  protected readonly sink: ItemSink
  /** Units that workers have now. */
  protected readonly handedOut: Map<Unit, PoolWorker> = new Map()
  readonly #startedAt: number = performance.now()
  readonly #failures = new Map<number, number>()
  protected failed = 0
  over = false
  onEnd: (() => void) | undefined
  #rejected = false
  abstract readonly kind: UnitKind

  constructor(core: PoolCore, fn: ShippedHandle, settings: MapSettings, sink: ItemSink) {
    this.core = core
    this.fn = fn
    this.settings = settings
    this.sink = sink
  }

  get priority(): number {
    return this.settings.priority
  }

  get slot(): number | undefined {
    return this.settings.slot
  }

  get status(): TaskStatus {
    if (this.over) return this.#rejected ? 'failed' : 'done'
    return this.handedOut.size > 0 ? 'running' : 'queued'
  }

  abstract readonly exhausted: boolean
  abstract take(worker: PoolWorker): Unit | undefined
  abstract readonly total: number | undefined
  abstract readonly done: number
  /** Takes an item back for another try. */
  protected abstract again(index: number): void
  /** All that was to do is done. */
  protected abstract readonly complete: boolean

  get progress(): MapProgress {
    const { done, total, failed } = this
    const elapsedMs = performance.now() - this.#startedAt
    const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0
    const etaMs = total === undefined || rate === 0 ? undefined : ((total - done) / rate) * 1000
    return { done, total, failed, elapsedMs, rate, etaMs }
  }

  /** An empty input is done at once. */
  submitted(): void {
    if (this.complete) queueMicrotask(() => this.checkEnd())
  }

  protected hand(unit: Unit, worker: PoolWorker): Unit {
    this.handedOut.set(unit, worker)
    return unit
  }

  /** A crash of a worker then concerns one item alone. */
  get oneAtATime(): boolean {
    return this.core.concurrency === 1
  }

  /** A unit that never left. */
  unitOverQuietly(unit: Unit): void {
    this.handedOut.delete(unit)
  }

  /** A unit has ended, one way or the other. */
  unitOver(unit: Unit): void {
    this.handedOut.delete(unit)
    this.checkEnd()
  }

  checkEnd(): void {
    if (this.over || !this.complete || this.handedOut.size > 0) return
    this.end()
    this.sink.end()
  }

  /** An item failed: once more, or for good. */
  itemFailed(index: number, error: () => unknown): void {
    if (this.over) return
    const failures = (this.#failures.get(index) ?? 0) + 1
    if (failures <= this.settings.retries) {
      this.#failures.set(index, failures)
      this.again(index)
      this.core.requeue(this)
      return
    }
    this.failed++
    if (this.sink.failure(index, error())) return
    this.#rejected = true
    this.stop()
  }

  reject(error: unknown): void {
    if (this.over) return
    this.#rejected = true
    this.sink.fail(error)
    this.stop()
  }

  /** Nothing more is wanted: workers stop at the next item. */
  stop(): void {
    if (this.over) return
    this.end()
    for (const worker of new Set(this.handedOut.values())) {
      worker.link.stop(this.id)
      worker.send([p.abort, this.id])
    }
    this.core.dispatchSoon()
  }

  abort(reason: unknown): void {
    if (this.over) return
    this.reject(reason)
    for (const [unit, worker] of this.handedOut) this.core.evictLater(worker, unit, this.settings.graceMs)
  }

  protected end(): void {
    this.over = true
    this.onEnd?.()
    this.core.taskEnded(this.fn, this.failed > 0)
  }

  timeoutError(index: number): Error {
    return timeoutError(this.settings.timeoutMs as number, index)
  }
}
