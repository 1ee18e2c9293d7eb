import type { Schema } from '../../core/schema.js'
import type { PlanBase } from './node.js'

/** Columns that the engine already holds. The handle keeps them alive. */
export interface MemoryScanNode extends PlanBase {
  readonly kind: 'memoryScan'
  readonly handle: unknown
  readonly rows: number
}

export function memoryScanNode(handle: unknown, schema: Schema, rows: number): MemoryScanNode {
  return Object.freeze({ kind: 'memoryScan' as const, handle, rows, schema, depth: 1 })
}
