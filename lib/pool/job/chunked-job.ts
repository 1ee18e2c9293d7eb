import { ChunkSizer } from '../chunk-size.js'
import { crashError } from '../crash-error.js'
import { ownBytes } from '../own-bytes.js'
import type { PoolCore } from '../pool-core.js'
import type { PoolWorker } from '../pool-worker.js'
import type { ShippedHandle } from '../shipped-handle.js'
import { argumentError, loadError, resultError, thrownError } from '../thrown-error.js'
import { type Crash, Unit } from '../unit.js'
import * as p from '../worker/protocol.js'
import { uncloneablePath } from '../worker/uncloneable-path.js'
import type { ItemSource } from './item-source.js'
import { Job } from './job.js'
import type { MapSettings } from './map-settings.js'
import type { ItemSink } from './results-sink.js'

/** A map over anything: items travel in chunks, and so do results. */
export class ChunkedJob extends Job {
  readonly kind = 'chunk'
  readonly #source: ItemSource
  readonly #sizer: ChunkSizer
  /** Pieces that have to be done once more, or that a dead worker never began. */
  #again: { first: number; items: p.UnitItems }[] = []
  /** The items that workers have, for retries: index to item. */
  readonly #retryItems = new Map<number, unknown>()
  #next = 0
  #done = 0
  /** Items that may be under way or unread at a time; Infinity without back-pressure. */
  readonly #limit: number
  #read = 0

  constructor(
    core: PoolCore,
    fn: ShippedHandle,
    settings: MapSettings,
    sink: ItemSink,
    source: ItemSource,
    limit = Number.POSITIVE_INFINITY,
  ) {
    super(core, fn, settings, sink)
    this.#source = source
    this.#limit = limit
    this.#sizer = new ChunkSizer(settings.chunkSize || undefined, core.slots, core.context)
    source.onChange = () => {
      if (source.error) this.reject(source.error.reason)
      this.core.requeue(this)
      this.checkEnd()
    }
  }

  get total(): number | undefined {
    return this.#source.ended ? this.#next : this.#source.length
  }

  get done(): number {
    return this.#done
  }

  get exhausted(): boolean {
    return this.over || this.complete
  }

  protected get complete(): boolean {
    return this.#again.length === 0 && this.#source.ended
  }

  /** The reader has taken that many results. */
  read(items: number): void {
    this.#read += items
    this.core.requeue(this)
  }

  take(worker: PoolWorker): Unit | undefined {
    if (this.over) return undefined
    const piece = this.#again.shift() ?? this.#fresh()
    return piece && this.hand(new ChunkUnit(this, piece.first, piece.items), worker)
  }

  #fresh(): { first: number; items: p.UnitItems } | undefined {
    const room = this.#limit - (this.#next - this.#read)
    if (room <= 0) return undefined
    const remaining =
      this.#source.length === undefined ? Number.POSITIVE_INFINITY : this.#source.length - this.#next
    let items: p.UnitItems | undefined
    try {
      items = this.#source.take(Math.min(room, this.#sizer.next(remaining)))
    } catch (error) {
      this.reject(error) // the input threw
      return undefined
    }
    if (!items || items.length === 0) {
      queueMicrotask(() => this.checkEnd()) // an input that ended without a last item
      return undefined
    }
    const first = this.#next
    this.#next += items.length
    return { first, items }
  }

  protected again(index: number): void {
    this.#again.push({ first: index, items: [this.#retryItems.get(index)] })
    this.#retryItems.delete(index)
  }

  /** Pieces go back to the front. */
  back(first: number, items: p.UnitItems): void {
    if (this.over || items.length === 0) return
    this.#again.push({ first, items })
    this.core.requeue(this)
  }

  value(index: number, value: unknown): void {
    if (this.over) return
    this.#done++
    this.sink.value(index, value)
  }

  failedAt(index: number, item: unknown, error: () => unknown): void {
    if (this.over) return
    const before = this.failed
    if (this.settings.retries > 0) this.#retryItems.set(index, item)
    this.itemFailed(index, error)
    if (this.failed > before) this.#done++
  }

  took(items: number, ms: number): void {
    this.#sizer.took(items, ms)
  }

  override stop(): void {
    this.#source.close()
    super.stop()
  }
}

/** A part of a range, an array or a typed array. */
export function sliceItems(items: p.UnitItems, from: number, to: number): p.UnitItems {
  if ('range' in items) {
    const { start, step } = items
    return { range: true, start: start + from * step, step, length: to - from }
  }
  return ArrayBuffer.isView(items)
    ? (items as Float64Array).subarray(from, to)
    : Array.prototype.slice.call(items, from, to)
}

/** As they travel: no more of a buffer than they are. */
function messageItems(items: p.UnitItems): p.UnitItems {
  if (ArrayBuffer.isView(items)) return (items as Float64Array).slice()
  return Array.isArray(items) ? (ownBytes(items) as p.UnitItems) : items
}

class ChunkUnit extends Unit {
  readonly kind = 'chunk'
  readonly items: number
  readonly #job: ChunkedJob
  readonly #first: number
  readonly #items: p.UnitItems
  /** 1 for items whose outcome is known. */
  readonly #known: Uint8Array

  constructor(job: ChunkedJob, first: number, items: p.UnitItems) {
    super(job.fn)
    this.#job = job
    this.#first = first
    this.#items = items
    this.items = items.length
    this.#known = new Uint8Array(items.length)
  }

  get priority(): number {
    return this.#job.priority
  }

  message(worker: PoolWorker): p.Message {
    const { spread, onError, retries } = this.#job.settings
    const stopOnError = onError === 'fail-fast' && retries === 0
    const items = messageItems(this.#items)
    const plain = { items, first: this.#first, spread, stopOnError }
    return [p.chunk, this.id, this.fn.id, this.#job.id, worker.packed(plain)]
  }

  receive(message: p.Message, worker: PoolWorker): boolean {
    const [kind] = message
    if (kind === p.results) {
      this.#results(message[2] as number, message[3] as unknown[], message[4] as p.ItemFailure[], worker)
      return false
    }
    if (kind === p.unserializable) {
      const offset = message[2] as number
      this.#fail(offset, () => resultError(message[3] as never, this.#first + offset))
      return false
    }
    if (kind === p.loadFailed) this.#job.reject(loadError(message[2] as never, this.fn))
    // Two chunks wait in a worker at a time: the time since the last end is this one's.
    const began = Math.max(this.assignment?.sentAt ?? 0, worker.lastChunkEnd)
    worker.lastChunkEnd = performance.now()
    this.#job.took(this.items, worker.lastChunkEnd - began)
    this.#job.unitOver(this)
    return true
  }

  #results(
    first: number,
    values: readonly unknown[],
    failures: readonly p.ItemFailure[],
    worker: PoolWorker,
  ): void {
    worker.itemsDone += values.length + failures.length
    for (let i = 0; i < values.length; i++) {
      this.#known[first + i] = 1
      this.#job.value(this.#first + first + i, values[i])
    }
    for (const [offset, encoded] of failures)
      this.#fail(offset, () => thrownError(encoded, this.#job.settings.site, this.#first + offset))
  }

  #fail(offset: number, error: () => unknown): void {
    this.#known[offset] = 1
    this.#job.failedAt(this.#first + offset, this.#item(offset), error)
  }

  #item(offset: number): unknown {
    const items = this.#items
    return 'range' in items ? items.start + offset * items.step : items[offset]
  }

  crashed(crash: Crash, started: number): void {
    const guilty = !crash.killed || crash.killed.unit === this
    const running = this.#runningItems(started)
    const blamed =
      crash.killed && !this.#job.oneAtATime
        ? running.filter(offset => offset === this.assignment?.watched)
        : running
    for (const offset of guilty ? blamed : [])
      this.#fail(offset, () => crashError(crash, this.#first + offset))
    // Unknown are now: what never began, and what finished less than a millisecond before the end.
    for (let from = 0; from < this.items; from++) {
      if (this.#known[from]) continue
      let to = from + 1
      while (to < this.items && !this.#known[to]) to++
      this.#job.back(this.#first + from, sliceItems(this.#items, from, to))
      from = to
    }
    this.#job.unitOver(this)
  }

  #runningItems(started: number): number[] {
    if (started <= 0) return []
    // Later units have begun: this one is done, though it has not said so.
    if (this.#job.oneAtATime) return started > this.items || this.#known[started - 1] ? [] : [started - 1]
    return Array.from({ length: Math.min(started, this.items) }, (_, i) => i).filter(i => !this.#known[i])
  }

  unsendable(error: unknown): void {
    this.#job.unitOverQuietly(this)
    // Item by item: one that cannot be cloned must not take the others with it.
    if (uncloneablePath(this.#items) === undefined && this.items > 0) {
      this.#job.reject(
        argumentError(error, this.fn.shipped.closure?.values, `what ${this.#job.settings.method} captures`),
      )
      this.#job.checkEnd()
      return
    }
    const good: number[] = []
    for (let i = 0; i < this.items; i++) {
      if (uncloneablePath(this.#item(i)) === undefined) good.push(i)
      else
        this.#job.failedAt(this.#first + i, this.#item(i), () =>
          argumentError(
            error,
            this.#item(i),
            `item ${this.#first + i} of ${this.#job.settings.method}`,
            this.#first + i,
          ),
        )
    }
    for (const i of good) this.#job.back(this.#first + i, [this.#item(i)])
    this.#job.checkEnd()
  }

  rejectTask(error: unknown): void {
    this.#job.reject(error)
  }

  /** The oldest that runs. */
  override runningItem(started: number): number {
    return this.#runningItems(started)[0] ?? -1
  }

  get timeoutMs(): number | undefined {
    return this.#job.settings.timeoutMs
  }

  timeoutError(): Error {
    return this.#job.timeoutError(this.#first + Math.max(this.assignment?.watched ?? 0, 0))
  }
}
