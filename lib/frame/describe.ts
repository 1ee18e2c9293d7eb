import { expression } from '../plan/expression/expression.js'
import { literal } from '../plan/expression/literal.js'
import type { ExprNode } from '../plan/expression/node.js'
import type { PlanNode } from '../plan/step/node.js'
import { numericFields, summaryPlan } from './summary.js'

const statistics: readonly (readonly [name: string, aggregate: (column: ExprNode) => ExprNode])[] = [
  ['count', column => expression('count', [column])],
  [
    'nullCount',
    column => expression('sum', [expression('cast', [expression('isNull', [column])], ['int64'])]),
  ],
  ['mean', column => expression('mean', [column])],
  ['std', column => expression('std', [column], [{ ddof: 1 }])],
  ['min', column => expression('min', [column])],
  ['25%', column => expression('quantile', [column], [{ quantile: 0.25 }])],
  ['50%', column => expression('median', [column])],
  ['75%', column => expression('quantile', [column], [{ quantile: 0.75 }])],
  ['max', column => expression('max', [column])],
]

/** One row a statistic, one column a numeric column. */
export function describePlan(plan: PlanNode): PlanNode {
  const fields = numericFields(
    plan,
    'describe',
    'for other columns use valueCounts, or agg with count, nUnique, min and max',
  )
  const rows = statistics.map(([name, of]) => ({ label: literal(name), of }))
  return summaryPlan(plan, fields, rows, 'statistic')
}
