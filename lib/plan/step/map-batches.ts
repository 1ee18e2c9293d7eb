import type { Schema } from '../../core/schema.js'
import { depthAbove, type PlanBase, type PlanNode } from './node.js'

/** What is called, and how. */
export interface BatchFunction {
  /** Its name for explain. */
  readonly label: string
  /** In a form that travels to a worker; frames and the engine do not look into it. */
  readonly prepared: unknown
  /** Rows a call, about; exactly, unless rows are grouped. */
  readonly size: number
  /** Milliseconds a call may take. */
  readonly timeout: number | undefined
  /** The function gets the rows of one group at a time. */
  readonly keys?: readonly string[]
}

/**
 * Rows that a JavaScript function makes of the rows of another plan. The engine cannot run it: a scan of what the function
 * gives in workers takes the step's place. Like a source, it lets no rule pass.
 */
export interface MapBatchesNode extends PlanBase {
  readonly kind: 'mapBatches'
  readonly input: PlanNode
  readonly call: BatchFunction
}

export function mapBatchesNode(input: PlanNode, call: BatchFunction, schema: Schema): MapBatchesNode {
  return Object.freeze({
    kind: 'mapBatches' as const,
    input,
    call: Object.freeze(call),
    schema,
    depth: depthAbove(input),
  })
}
