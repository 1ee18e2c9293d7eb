import { typeText } from '../../core/dtypes.js'
import { MillraceError } from '../../core/errors.js'
import { bindExpression } from '../expression/expression.js'
import { formatExpr } from '../expression/format.js'
import type { ExprNode } from '../expression/node.js'
import { depthAbove, type PlanBase, type PlanNode } from './node.js'

/** Keeps the rows where the predicate is true; null counts as false. */
export interface FilterNode extends PlanBase {
  readonly kind: 'filter'
  readonly input: PlanNode
  readonly predicate: ExprNode
}

/** Throws ERR_TYPE unless the predicate is a condition a row. */
export function filterNode(input: PlanNode, predicate: ExprNode): FilterNode {
  const bound = bindExpression(predicate, input.schema)
  if (bound.mode === 'agg') {
    throw new MillraceError(
      'ERR_TYPE',
      `filter needs a value per row, but ${formatExpr(bound, 80)} is aggregated`,
      {
        hint: 'aggregate first with agg or groupBy, then filter the result',
      },
    )
  }
  if (bound.type.dtype !== 'bool' && bound.type.dtype !== 'null') {
    throw new MillraceError(
      'ERR_TYPE',
      `filter needs a condition, but ${formatExpr(bound, 80)} is ${typeText(bound.type)}`,
      {
        hint: 'make one by comparing: df.filter(df.Open.gt(0))',
      },
    )
  }
  return Object.freeze({
    kind: 'filter' as const,
    input,
    predicate: bound,
    schema: input.schema,
    depth: depthAbove(input),
  })
}
