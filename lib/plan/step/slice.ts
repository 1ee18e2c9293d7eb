import { depthAbove, type PlanBase, type PlanNode } from './node.js'

/** Rows from `offset` on, at most `rows` of them; all that follow when `rows` is absent. */
export interface SliceNode extends PlanBase {
  readonly kind: 'slice'
  readonly input: PlanNode
  readonly offset: number
  readonly rows?: number
}

export function sliceNode(input: PlanNode, offset: number, rows?: number): SliceNode {
  return Object.freeze({
    kind: 'slice' as const,
    input,
    offset,
    ...(rows !== undefined && { rows }),
    schema: input.schema,
    depth: depthAbove(input),
  })
}
