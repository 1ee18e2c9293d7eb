import type { Schema } from '../../core/schema.js'
import type { MapBatchesNode } from './map-batches.js'
import type { PlanBase } from './node.js'

/** Rows that a function makes while the engine reads them: once, by one query. */
export interface FedScanNode extends PlanBase {
  readonly kind: 'fedScan'
  readonly handle: unknown
  readonly made: MapBatchesNode
}

export function fedScanNode(handle: unknown, made: MapBatchesNode, schema: Schema): FedScanNode {
  return Object.freeze({ kind: 'fedScan' as const, handle, made, schema, depth: 1 })
}
