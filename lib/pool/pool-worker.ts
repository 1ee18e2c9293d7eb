import type { Link } from './link/link.js'
import type { ShippedHandle } from './shipped-handle.js'
import type { Transferable } from './transferable.js'
import type { Assignment, Kill, Unit } from './unit.js'
import * as p from './worker/protocol.js'

// More calls ahead than this only wait longer should one of them take long.
const mostCallsAhead = 256

export type WorkerPhase = 'starting' | 'ready' | 'leaving' | 'gone'

interface Mail {
  readonly message: p.Message
  readonly unit: Unit | undefined
  readonly transfer: readonly Transferable[] | undefined
}

/** One worker and what it has been given. */
export class PoolWorker {
  readonly id: number
  /** Its place in the pool; a replacement takes the same one. */
  readonly slot: number
  link!: Link
  phase: WorkerPhase = 'starting'
  readonly units: Map<number, Unit> = new Map()
  readonly #known = new Set<number>()
  #outbox: Mail[] = []
  #itemsSent = 0
  /** Items finished since it began. */
  itemsDone = 0
  kill: Kill | undefined
  /** Its calls have been given to others; it gets no more until it says that it dropped them. */
  stalled = false
  /** Items started, when that was last looked at. */
  startedSeen = 0
  idleSince: number = performance.now()
  readonly startedAt: number = performance.now()
  memoryBytes = 0
  cpuMs = 0
  /** When the worker reported the end of its last chunk. */
  lastChunkEnd = 0
  /** Since when its calls have been under way without a report. */
  busySince = 0
  kindNow: Unit['kind'] = 'call'

  /** Replaces shared objects in what goes to this worker. */
  readonly packed: (value: unknown) => unknown

  constructor(id: number, slot: number, packed: (value: unknown) => unknown) {
    this.id = id
    this.slot = slot
    this.packed = packed
  }

  /** Puts a unit into the next batch. */
  assign(unit: Unit): void {
    if (!this.#known.has(unit.fn.id)) {
      this.#known.add(unit.fn.id)
      this.#outbox.push({ message: [p.define, unit.fn.id, unit.fn.packed], unit, transfer: undefined })
    }
    const sentAt = performance.now()
    unit.assignment = { startedBefore: this.#itemsSent, sentAt, watched: -1, watchedSince: 0 }
    this.#itemsSent += unit.items
    if (this.units.size === 0) this.busySince = sentAt
    this.kindNow = unit.kind
    if (unit.kind === 'join') this.link.yield(false)
    this.units.set(unit.id, unit)
    this.#outbox.push({ message: unit.message(this), unit, transfer: unit.transfer })
  }

  forget(fn: ShippedHandle): void {
    if (this.#known.delete(fn.id)) this.send([p.forget, fn.id])
  }

  send(message: p.Message): void {
    this.#outbox.push({ message, unit: undefined, transfer: undefined })
  }

  get hasMail(): boolean {
    return this.#outbox.length > 0
  }

  /** Sends what is there in one message; the answer are the units that cannot be sent, each with the reason. */
  flush(): [Unit, unknown][] {
    const batch = this.#outbox
    if (batch.length === 0) return []
    this.#outbox = []
    const transfer = batch.flatMap(item => item.transfer ?? [])
    try {
      this.link.post(
        batch.map(item => item.message),
        transfer,
      )
      return []
    } catch {
      return this.#flushOneByOne(batch)
    }
  }

  #flushOneByOne(batch: readonly Mail[]): [Unit, unknown][] {
    const refused = new Map<Unit, unknown>()
    const lost = new Map<number, unknown>()
    for (const { message, unit, transfer } of batch) {
      const undefinedFn = unit && lost.get(unit.fn.id)
      if (undefinedFn !== undefined) {
        refused.set(unit as Unit, undefinedFn)
        continue
      }
      try {
        this.link.post([message], transfer)
      } catch (error) {
        if (!unit) continue
        refused.set(unit, error)
        if (message[0] === p.define) {
          this.#known.delete(unit.fn.id)
          lost.set(unit.fn.id, error)
        }
      }
    }
    // The worker never counts what it never got.
    let gone = 0
    for (const unit of this.units.values()) {
      if (refused.has(unit)) gone += unit.items
      else assigned(unit).startedBefore -= assigned(unit).startedBefore >= this.#itemsSent ? 0 : gone
    }
    this.#itemsSent -= gone
    for (const unit of refused.keys()) this.units.delete(unit.id)
    return [...refused]
  }

  /** Items started from the unit on, those of later units included; negative when it has not been reached. */
  startedBeyond(unit: Unit): number {
    return this.link.started() - assigned(unit).startedBefore
  }

  /** The newest item that was started belongs to it. */
  isLastStarted(unit: Unit): boolean {
    const beyond = this.startedBeyond(unit)
    return beyond > 0 && beyond <= unit.items
  }

  /** How many items of the unit have been started. */
  startedOf(unit: Unit): number {
    return Math.max(0, Math.min(unit.items, this.link.started() - assigned(unit).startedBefore))
  }

  /** Short calls are sent ahead, as many as take a millisecond; chunks two at a time; the rest by itself. */
  mayGetMore(concurrency: number): boolean {
    const ahead = this.units.size
    if (this.kindNow === 'chunk') return ahead < 2
    if (this.kindNow === 'join') return false
    if (this.kindNow === 'stream') return ahead < concurrency
    const first = this.units.values().next().value as Unit
    const fitting = Math.floor(1 / Math.max(first.fn.callMs, 1e-4))
    return ahead < Math.max(concurrency, Math.min(fitting, mostCallsAhead))
  }

  /** Messages have come: what its calls take is known better. */
  measure(batch: readonly p.Message[]): void {
    const now = performance.now()
    const ms = (now - this.busySince) / batch.length
    this.busySince = now
    const unit = this.units.get(batch[0]?.[1] as number)
    if (unit?.kind !== 'call') return
    // Long at once, short by and by: a long call must not find many waiting behind it.
    unit.fn.callMs =
      ms > unit.fn.callMs || unit.fn.callMs === Number.POSITIVE_INFINITY
        ? ms
        : unit.fn.callMs * 0.8 + ms * 0.2
  }
}

/** Precondition: a worker has the unit. */
const assigned = (unit: Unit): Assignment => unit.assignment as Assignment
