import type { ShippedFunction } from './functions/function-ref.js'
import type { PoolCore } from './pool-core.js'

let handles = 0

/** A function as the workers of a pool know it: sent to each once, called by number. */
export class ShippedHandle {
  readonly id: number = ++handles
  readonly core: PoolCore
  readonly shipped: ShippedFunction
  /** What travels; see `pack`. */
  readonly packed: unknown
  /** It captures values of one call: workers forget it afterwards. */
  readonly temporary: boolean
  /** Milliseconds that a call took lately, at most; decides how many are sent ahead. */
  callMs = Number.POSITIVE_INFINITY

  constructor(core: PoolCore, shipped: ShippedFunction, packed: unknown) {
    this.core = core
    this.shipped = shipped
    this.packed = packed
    this.temporary = shipped.closure !== undefined
  }
}
