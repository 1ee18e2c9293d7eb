// Frames that say something of every column of numbers: a row for each thing said, all from one pass over the data.
import { isNumeric } from '../core/dtypes.js'
import { invalidArgument, MillraceError } from '../core/errors.js'
import { number } from '../core/options.js'
import type { Field } from '../core/schema.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { expression } from '../plan/expression/expression.js'
import { literal, typedLiteral } from '../plan/expression/literal.js'
import type { ExprNode } from '../plan/expression/node.js'
import { lowerAggregates, unusedName } from '../plan/lower-aggregates.js'
import { concatNode } from '../plan/step/concat.js'
import type { PlanNode } from '../plan/step/node.js'
import { projectNode } from '../plan/step/project.js'

export interface SummaryRow {
  readonly label: ExprNode
  readonly of: (column: ExprNode) => ExprNode
}

/** The columns of numbers. Throws ERR_TYPE when there is none; `hint` says what else to do. */
export function numericFields({ schema }: PlanNode, method: string, hint: string): readonly Field[] {
  const fields = schema.fields.filter(({ type }) => isNumeric(type.dtype))
  if (fields.length > 0) return fields
  throw new MillraceError('ERR_TYPE', `${method} needs at least one column of numbers`, { hint })
}

/** A row for each of `rows`: its label in the column `title`, then a float64 column for each of `fields`. */
export function summaryPlan(
  plan: PlanNode,
  fields: readonly Field[],
  rows: readonly SummaryRow[],
  title: string,
): PlanNode {
  const name = (field: number, row: number) => `${field} ${row}`
  const outputs = fields.flatMap((field, f) =>
    rows.map(({ of }, r) => ({ name: name(f, r), expr: of(columnRef(field.name, field.type)) })),
  )
  const values = lowerAggregates(plan, { keys: [], order: 'none', dropNulls: false }, outputs)
  const titleName = unusedName(title, new Set(fields.map(field => field.name)))
  return concatNode(
    rows.map(({ label }, r) =>
      projectNode(values, [
        { name: titleName, expr: label },
        ...fields.map((field, f) => ({
          name: field.name,
          expr: expression('cast', [columnRef(name(f, r))], ['float64']),
        })),
      ]),
    ),
  )
}

/** `df.quantile(q)` and `df.quantile([q, ...])`. */
export function quantilePlan(plan: PlanNode, given: unknown): PlanNode {
  const shares = Array.isArray(given) ? given : [given]
  if (shares.length === 0) throw invalidArgument('a number from 0 to 1, or a list of them', 'quantile', given)
  const fields = numericFields(plan, 'quantile', 'for dates and texts use sortBy and slice')
  const rows = shares.map(share => {
    const quantile = number(0, 1)(share, 'the share of quantile')
    return {
      label: typedLiteral('float64', quantile),
      of: (column: ExprNode) => expression('quantile', [column], [{ quantile }]),
    }
  })
  return summaryPlan(plan, fields, rows, 'q')
}

/** `df.corr()`: each column of numbers with each. */
export function corrPlan(plan: PlanNode): PlanNode {
  const fields = numericFields(plan, 'corr', 'cast the columns first')
  const rows = fields.map(other => ({
    label: literal(other.name),
    of: (column: ExprNode) => expression('corr', [column, columnRef(other.name, other.type)]),
  }))
  return summaryPlan(plan, fields, rows, 'column')
}
