// Where the groups of sorted rows begin. The engine counts them in the order in which it sorts their keys.
import { columnRef } from '../plan/expression/column-ref.js'
import { expression } from '../plan/expression/expression.js'
import { lowerAggregates, unusedName } from '../plan/lower-aggregates.js'
import type { PlanNode } from '../plan/step/node.js'
import { projectNode } from '../plan/step/project.js'
import { sortNode } from '../plan/step/sort.js'

export function sortedBy(plan: PlanNode, keys: readonly string[]): PlanNode {
  return sortNode(
    plan,
    keys.map(column => ({ column, descending: false, nulls: 'last' as const })),
  )
}

/** One column: the rows of each group. */
export function groupSizes(plan: PlanNode, keys: readonly string[]): PlanNode {
  const rows = unusedName('rows', new Set(keys))
  const counted = lowerAggregates(
    plan,
    {
      keys: keys.map(name => ({ name, expr: columnRef(name, plan.schema.field(name).type) })),
      order: 'key',
      dropNulls: false,
    },
    [{ name: rows, expr: expression('size', []) }],
  )
  return projectNode(counted, [{ name: rows, expr: columnRef(rows, counted.schema.field(rows).type) }])
}

/** Where each group begins, and where the last one ends; workers share it. */
export function startsOf(sizes: BigInt64Array): Float64Array {
  const starts = new Float64Array(new SharedArrayBuffer((sizes.length + 1) * 8))
  for (let group = 0; group < sizes.length; group++)
    starts[group + 1] = (starts[group] as number) + Number(sizes[group])
  return starts
}

/** The groups from `from` on that make up `rows` rows, one at least: the position after the last. */
export function groupsUpTo(starts: Float64Array, from: number, rows: number): number {
  const end = (starts[from] as number) + rows
  let to = from + 1
  while (to < starts.length - 1 && (starts[to + 1] as number) <= end) to++
  return to
}
