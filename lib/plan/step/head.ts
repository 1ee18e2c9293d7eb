import { depthAbove, type PlanBase, type PlanNode } from './node.js'

/** The first rows. */
export interface HeadNode extends PlanBase {
  readonly kind: 'head'
  readonly input: PlanNode
  readonly rows: number
}

export function headNode(input: PlanNode, rows: number): HeadNode {
  return Object.freeze({ kind: 'head' as const, input, rows, schema: input.schema, depth: depthAbove(input) })
}
