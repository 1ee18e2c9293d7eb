import { depthAbove, type PlanBase, type PlanNode } from './node.js'

/** The last rows, without those at the very end that are left out. */
export interface TailNode extends PlanBase {
  readonly kind: 'tail'
  readonly input: PlanNode
  readonly rows: number
  /** Of the last rows, how many at the end do not come along. */
  readonly leaveOut: number
}

export function tailNode(input: PlanNode, rows: number, leaveOut = 0): TailNode {
  const { schema } = input
  return Object.freeze({ kind: 'tail' as const, input, rows, leaveOut, schema, depth: depthAbove(input) })
}
