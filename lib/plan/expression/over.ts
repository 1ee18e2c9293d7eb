import { MillraceError } from '../../core/errors.js'
import { isAggregate } from './aggregate.js'
import { expression, withArgs } from './expression.js'
import { formatExpr } from './format.js'
import type { ExprNode, Json } from './node.js'
import { postOrder, rewrite } from './walk.js'
import { takesOver, type WindowOrder, type WindowParameters, type WindowSpec, windowSpec } from './window.js'

export interface OrderExpr extends WindowOrder {
  readonly expr: ExprNode
}

/**
 * The expression with its aggregates and window functions computed in each partition, ordered by `order`. Those that have
 * an `over` of their own keep it. Throws ERR_TYPE when there is none.
 */
export function over(root: ExprNode, keys: readonly ExprNode[], order: readonly OrderExpr[]): ExprNode {
  if (!postOrder([root]).some(takesOver)) {
    throw new MillraceError('ERR_TYPE', `over has nothing to compute in ${formatExpr(root, 80)}`, {
      hint: 'call it on an aggregate or a window function: c.Close.mean().over(k), rowNumber().over(k)',
    })
  }
  const behind = [...keys, ...order.map(({ expr }) => expr)]
  const place = {
    keys: keys.length,
    order: order.map(({ descending, nulls }) => ({ descending, nulls })),
    over: true,
  }
  return rewrite(root, (node, args) => {
    if (!takesOver(node)) return withArgs(node, args)
    const { function: fn, parameters } = isAggregate(node) ? aggregateCall(node) : windowSpec(node)
    const spec: WindowSpec = { function: fn, parameters, ...place }
    return expression('window', [...args, ...behind], [spec as unknown as Json])
  })
}

function aggregateCall(node: ExprNode): { function: string; parameters: WindowParameters } {
  return { function: node.op, parameters: (node.extra[0] ?? {}) as WindowParameters }
}
