import { withInput, withInputs } from './optimizer/rule.js'
import { isSource, type PlanNode, planOrder } from './step/node.js'

/** The plan with one node of it replaced, for all that read it. Precondition: the same columns. */
export function replaceNode(plan: PlanNode, old: PlanNode, replacement: PlanNode): PlanNode {
  const made = new Map<PlanNode, PlanNode>([[old, replacement]])
  const now = (node: PlanNode): PlanNode => made.get(node) ?? node
  for (const node of planOrder(plan)) {
    if (node === old) continue
    made.set(node, isSource(node) ? withInputs(node, now) : withInput(node, now(node.input)))
  }
  return now(plan)
}
