import type { CallSite } from '../../core/errors.js'

/** How far a map is. */
export interface MapProgress {
  readonly done: number
  /** Undefined while the input has no known end. */
  readonly total: number | undefined
  readonly failed: number
  readonly elapsedMs: number
  /** Items a second, since the start. */
  readonly rate: number
  /** Milliseconds left at this rate; undefined without a total. */
  readonly etaMs: number | undefined
}

/** Options of a map, checked and with their defaults. */
export interface MapSettings {
  /** What messages call the method. */
  readonly method: string
  readonly priority: number
  readonly slot: number | undefined
  readonly timeoutMs: number | undefined
  readonly graceMs: number
  readonly retries: number
  /** A number of items, or 0 for adaptive. */
  readonly chunkSize: number
  readonly onError: 'fail-fast' | 'wait' | 'collect'
  readonly returns: string
  readonly spread: boolean
  readonly site: CallSite | undefined
}
