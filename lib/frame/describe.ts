import { isNumeric } from '../core/dtypes.js'
import { MillraceError } from '../core/errors.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { expression } from '../plan/expression/expression.js'
import { literal } from '../plan/expression/literal.js'
import type { ExprNode } from '../plan/expression/node.js'
import { lowerAggregates } from '../plan/lower-aggregates.js'
import { concatNode } from '../plan/step/concat.js'
import type { PlanNode } from '../plan/step/node.js'
import { projectNode } from '../plan/step/project.js'

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

/** One row a statistic, one column a numeric column; all of them from one pass over the data. */
export function describePlan(plan: PlanNode): PlanNode {
  const fields = plan.schema.fields.filter(({ type }) => isNumeric(type.dtype))
  if (fields.length === 0) {
    throw new MillraceError('ERR_TYPE', 'describe needs at least one column of numbers', {
      hint: 'for other columns use valueCounts, or agg with count, nUnique, min and max',
    })
  }
  const name = (field: number, statistic: number) => `${field} ${statistic}`
  const outputs = fields.flatMap((field, f) =>
    statistics.map(([, aggregate], s) => ({
      name: name(f, s),
      expr: aggregate(columnRef(field.name, field.type)),
    })),
  )
  const values = lowerAggregates(plan, { keys: [], order: 'none', dropNulls: false }, outputs)
  const title = fields.some(field => field.name === 'statistic') ? 'statistic_' : 'statistic'
  return concatNode(
    statistics.map(([label], s) =>
      projectNode(values, [
        { name: title, expr: literal(label, 'describe') },
        ...fields.map((field, f) => ({
          name: field.name,
          expr: expression('cast', [columnRef(name(f, s))], ['float64']),
        })),
      ]),
    ),
  )
}
