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
}

export const isReleased = ({ handle }: MemoryScanNode): boolean => released.has(handle as object)

export function memoryScanNode(handle: unknown, schema: Schema, rows: number): MemoryScanNode {
  return Object.freeze({ kind: 'memoryScan' as const, handle, rows, schema, depth: 1 })
}
