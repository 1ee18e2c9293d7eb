import type { EncodedThrow } from '../error-codec/encode-error.js'
import type { ShippedFunction } from '../functions/function-ref.js'

/** What a process of ours is told at its start. */
export interface StartMessage {
  readonly name: string
  readonly daemon: boolean
  readonly parent: { readonly pid: number; readonly name: string }
  /** A Work, as `pack` made it. */
  readonly packed: unknown
}

/** What it is to run. */
export interface Work {
  readonly target: ShippedFunction
  readonly args: readonly unknown[]
}

/** The only message back: what the target threw. */
export interface FailureMessage {
  readonly millraceFailure: EncodedThrow
}

/** How a thread finds its start message in its workerData. */
export const startKey = 'millrace:process'
