import { depthAbove, type PlanBase, type PlanNode } from './node.js'

/** The last rows. */
export interface TailNode extends PlanBase {
  readonly kind: 'tail'
  readonly input: PlanNode
  readonly rows: number
}

export function tailNode(input: PlanNode, rows: number): TailNode {
  return Object.freeze({ kind: 'tail' as const, input, rows, schema: input.schema, depth: depthAbove(input) })
}
