/**
 * What the pool and its workers say to each other: batches (arrays) of messages, which are arrays whose first element is
 * the kind. Used on both sides, so it imports nothing. A "unit" is what a worker gets to do at once: a call, a chunk of
 * a map, a share in a shared job, or a stream; units are started in the order in which they are sent.
 */
import type { EncodedThrow } from '../error-codec/encode-error.js'
import type { ShippedFunction } from '../functions/function-ref.js'

/** Pool to worker. */
export const define = 0
export const forget = 1
export const call = 2
export const chunk = 3
export const join = 4
export const stream = 5
export const credit = 6
export const abort = 7
export const end = 8
export const ping = 9
export const resume = 10

/** Worker to pool. */
export const ready = 20
export const initFailed = 21
export const called = 22
export const failed = 23
export const loadFailed = 24
export const unserializable = 25
export const results = 26
export const joined = 27
export const streamed = 28
export const reported = 29
export const workerError = 30
export const pong = 31
export const resumed = 32

export type Message = readonly [kind: number, ...rest: unknown[]]

/** Arguments that hold shared objects travel inside one of these. */
export interface Packed {
  readonly packed: unknown
}

/** A failed item of a unit: its offset, and why. */
export type ItemFailure = readonly [offset: number, error: EncodedThrow]

/** What a worker needs to know before its first unit. */
export interface WorkerSetup {
  readonly workerId: number
  readonly loader: string
  /** URL of the module that unpacks shared objects. */
  readonly shareableUrl: string
  /** Async items under way at a time. */
  readonly concurrency: number
  readonly initializer: ShippedFunction | undefined
  readonly initArgs: readonly unknown[]
  readonly finalizer: ShippedFunction | undefined
}

/** The words of a worker's board, which both sides see at any time. */
export const boardWords = 32
/** How the worker waits: 0 not at all, 1 blocked, 2 in its event loop. */
export const boardParked = 0
/** Items started since the worker began, those of shared jobs apart. */
export const boardStarted = 1
/** The job whose items are not wanted any more. */
export const boardStop = 2
/** Set: leave the shared job at the end of the chunk. */
export const boardYield = 3
/** Set: calls that have not been started are another worker's now. */
export const boardRecall = 4

/** The words of a shared job: one line of 32 words (128 bytes) for each, against false sharing. */
export const jobCursor = 0
export const jobStop = 32
export const jobSlots = 64
/** Within the line of a worker. */
export const slotCurrent = 0
export const slotChunkEnd = 1
export const slotDone = 2
export const slotFailed = 3
export const slotChunkFrom = 4
export const slotWords = 32

/** The input of a unit: an array, a typed array, or a range. */
export type UnitItems = ArrayLike<unknown> | RangeItems

export interface RangeItems {
  readonly range: true
  readonly start: number
  readonly step: number
  readonly length: number
}

/** A job whose items workers take for themselves from a shared cursor. */
export interface SharedJob {
  readonly control: Int32Array
  readonly items: UnitItems
  /** Results that are numbers go here. */
  readonly results: { [index: number]: unknown; readonly length: number }
  /** The results must be numbers (or bigints, for arrays of them). */
  readonly typed: boolean
  readonly length: number
  readonly workers: number
  /** Items a claim; 0 for adaptive. */
  readonly chunkSize: number
  readonly stopOnError: boolean
}
