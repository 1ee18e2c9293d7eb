import type { DataType } from '../../core/dtypes.js'
import { MillraceError } from '../../core/errors.js'
import { Schema } from '../../core/schema.js'
import { bindExpression } from '../expression/expression.js'
import { formatExpr } from '../expression/format.js'
import type { ExprNode } from '../expression/node.js'
import { depthAbove, type PlanBase, type PlanNode } from './node.js'

export interface NamedExpr {
  readonly name: string
  readonly expr: ExprNode
}

/** Replaces the columns. select, withColumns, rename, drop, cast and fillNull are all this step. */
export interface ProjectNode extends PlanBase {
  readonly kind: 'project'
  readonly input: PlanNode
  readonly columns: readonly NamedExpr[]
}

/** Throws ERR_TYPE for aggregated or untyped columns, ERR_DUPLICATE_COLUMN for two of one name. */
export function projectNode(input: PlanNode, columns: readonly NamedExpr[]): ProjectNode {
  const bound = columns.map(({ name, expr }) =>
    Object.freeze({ name, expr: bindExpression(expr, input.schema) }),
  )
  for (const column of bound) checkColumn(column)
  return Object.freeze({
    kind: 'project' as const,
    input,
    columns: Object.freeze(bound),
    schema: new Schema(bound.map(({ name, expr }) => ({ name, type: expr.type as DataType }))),
    depth: depthAbove(input),
  })
}

function checkColumn({ name, expr }: NamedExpr): void {
  if (expr.mode === 'agg') {
    throw new MillraceError(
      'ERR_TYPE',
      `Column ${JSON.stringify(name)} is aggregated: ${formatExpr(expr, 80)}`,
      {
        column: name,
        hint: 'aggregates belong in agg or groupBy(...).agg; with over(keys) one is a value a row: c.Close.mean().over("Ticker")',
      },
    )
  }
  if (expr.type.dtype === 'null') {
    throw new MillraceError('ERR_TYPE', `Column ${JSON.stringify(name)} is a null without a type`, {
      column: name,
      hint: "give it one: lit(null).cast('float64')",
    })
  }
}
