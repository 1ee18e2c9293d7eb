import type { WorkerExit } from './link/link.js'
import type { PoolWorker } from './pool-worker.js'
import type { ShippedHandle } from './shipped-handle.js'
import type { Transferable } from './transferable.js'
import type { Message } from './worker/protocol.js'

/** Why a worker is gone. `killed`: the pool itself ended it, because of one unit. */
export interface Crash {
  readonly exit: WorkerExit
  readonly worker: PoolWorker
  readonly killed: Kill | undefined
}

export interface Kill {
  readonly unit: Unit
  /** What the item that ran is told; undefined when nobody waits for it. */
  readonly error: Error | undefined
}

export type UnitKind = 'call' | 'chunk' | 'join' | 'stream'

let ids = 0

/** Numbers that units and jobs share: a worker is told of either by number alone. */
export const nextId = (): number => {
  ids = (ids % 0x7fffffff) + 1
  return ids
}

/** What is known of a unit while a worker has it. */
export interface Assignment {
  /** The worker's count of started items before this unit. */
  startedBefore: number
  readonly sentAt: number
  /** For the watch over time-outs: the item that runs, and since when it has been seen to. */
  watched: number
  watchedSince: number
}

/** What a worker gets to do at once. A million of them may wait: what only one with a worker needs is apart. */
export abstract class Unit {
  readonly id: number = nextId()
  readonly fn: ShippedHandle
  assignment: Assignment | undefined

  constructor(fn: ShippedHandle) {
    this.fn = fn
  }

  abstract get kind(): UnitKind
  abstract get priority(): number
  /** Items that the worker's board counts for it. */
  abstract get items(): number
  /** How long an item may run. */
  abstract get timeoutMs(): number | undefined

  abstract message(worker: PoolWorker): Message
  get transfer(): readonly Transferable[] | undefined {
    return undefined
  }

  /** True when the unit is over. */
  abstract receive(message: Message, worker: PoolWorker): boolean

  /** Another worker shall run it. */
  recalled(): void {}

  /**
   * The worker is gone. `started` items had been started from this unit on: more than it has when later units were.
   */
  abstract crashed(crash: Crash, started: number): void

  /** Settles the task that it is a part of. */
  abstract rejectTask(error: unknown): void

  /** The message could not be sent. */
  abstract unsendable(error: unknown): void

  /** The item that runs now, by offset; -1 when none is known to. */
  runningItem(started: number): number {
    return started - 1
  }

  /** The error for the item that runs too long. */
  abstract timeoutError(): Error
}

/** Work that waits in the queue: a unit of its own, or a job that hands out units. */
export interface QueueEntry {
  readonly kind: UnitKind
  /** The only place in the pool where it may run. */
  readonly slot: number | undefined
  readonly priority: number
  /** Called when it has been put into the queue. */
  submitted?(): void
  /** Undefined when there is nothing to hand out now. */
  take(worker: PoolWorker): Unit | undefined
  /** It will hand out nothing any more. */
  readonly exhausted: boolean
  /** Settles everything that has not been handed out. */
  reject(error: unknown): void
}
