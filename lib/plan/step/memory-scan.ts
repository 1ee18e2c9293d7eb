import { type BorrowedBuffer, wasMoved } from '../../core/borrowed-buffer.js'
import type { Schema } from '../../core/schema.js'
import type { PlanBase } from './node.js'

/** Columns that the engine already holds. The handle keeps them alive. */
export interface MemoryScanNode extends PlanBase {
  readonly kind: 'memoryScan'
  readonly handle: unknown
  readonly rows: number
}

const released = new WeakSet<object>()

/** The engine has let go of the handle's columns, for all plans that read it. */
export function markReleased({ handle }: MemoryScanNode): void {
  released.add(handle as object)
  lent.delete(handle as object)
}

const made = new WeakSet<object>()

/** The rows are what a function or pattern gave for some batch: nobody can look them up by number. */
export function markMade(handle: object): void {
  made.add(handle)
}

export const isMade = ({ handle }: MemoryScanNode): boolean => made.has(handle as object)

// Memory of the caller that the columns of a handle lie in.
const lent = new WeakMap<object, readonly BorrowedBuffer[]>()

/** Whether memory that its columns lie in has been transferred since. */
export const isMoved = ({ handle }: MemoryScanNode): boolean =>
  lent.get(handle as object)?.some(wasMoved) ?? false

export const isReleased = ({ handle }: MemoryScanNode): boolean => released.has(handle as object)

export function memoryScanNode(
  handle: unknown,
  schema: Schema,
  rows: number,
  buffers: readonly BorrowedBuffer[] = [],
): MemoryScanNode {
  if (buffers.length > 0) lent.set(handle as object, buffers)
  return Object.freeze({ kind: 'memoryScan' as const, handle, rows, schema, depth: 1 })
}
