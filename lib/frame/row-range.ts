// Some of the rows by their place.
import { integer } from '../core/options.js'
import type { PlanNode } from '../plan/step/node.js'
import { sliceNode } from '../plan/step/slice.js'
import { tailNode } from '../plan/step/tail.js'
import { sortPlan } from './sort-order.js'

/**
 * `slice(offset, rows)`: a negative offset counts from the end, as in Array.prototype.slice. Where there are fewer rows
 * than that, those that would stand before the first count as well.
 */
export function slicePlan(plan: PlanNode, offset: unknown, rows: unknown): PlanNode {
  const from = integer(Number.MIN_SAFE_INTEGER)(offset, 'the offset of slice')
  const count = rows === undefined ? undefined : integer(0)(rows, 'the rows of slice')
  if (from >= 0) return sliceNode(plan, from, count)
  return tailNode(plan, -from, Math.max(0, -from - (count ?? -from)))
}

export function topPlan(plan: PlanNode, rows: unknown, keysAndOptions: readonly unknown[]): PlanNode {
  const count = integer(0)(rows, 'the rows of topK')
  return sortPlan(plan, keysAndOptions, 'topK', true, count)
}
