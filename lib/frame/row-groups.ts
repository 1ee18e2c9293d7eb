// Where the groups of sorted rows begin. The engine counts them in the order in which it sorts their keys.
import type { ResultColumn, StreamingQuery } from '../core/executor.js'
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

/** One column: the rows of each group, as float64. */
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
  const size = columnRef(rows, counted.schema.field(rows).type)
  return projectNode(counted, [{ name: rows, expr: expression('cast', [size], ['float64']) }])
}

/** Neighbouring groups. */
export interface GroupRun {
  /** Where each begins, from 0, and where the last one ends; workers share it. */
  readonly starts: Float64Array
  /** The row that the first one begins at. */
  readonly first: number
  readonly rows: number
}

/**
 * The groups, whose sizes come in batches, in runs of up to `rows` rows; a group with more is a run of its own. Looks at no
 * more than a run or a batch in one go.
 */
export async function* runsOfGroups(sizes: StreamingQuery, rows: number): AsyncGenerator<GroupRun> {
  let run: number[] = []
  let [first, ahead] = [0, 0]
  for (let batch = await sizes.next(); batch; batch = await sizes.next()) {
    const [column] = batch.columns as readonly [ResultColumn]
    for (const size of column.data as Float64Array) {
      if (run.length > 0 && ahead + size > rows) {
        yield { starts: startsOf(run), first, rows: ahead }
        first += ahead
        run = []
        ahead = 0
      }
      run.push(size)
      ahead += size
    }
  }
  if (run.length > 0) yield { starts: startsOf(run), first, rows: ahead }
}

function startsOf(sizes: readonly number[]): Float64Array {
  const starts = new Float64Array(new SharedArrayBuffer((sizes.length + 1) * 8))
  for (const [group, size] of sizes.entries()) starts[group + 1] = (starts[group] as number) + size
  return starts
}
