import { planExtra } from './dates.js'
import { membersOf } from './membership.js'
import type { ExprNode, Json } from './node.js'
import { postOrder } from './walk.js'

/** Expressions as the plan carries them: one flat list in which arguments come before their users. */
export interface EncodedExpressions {
  readonly nodes: readonly Json[]
  /** The index of each root. */
  readonly outs: readonly number[]
}

/**
 * Equal subexpressions become one entry, whether or not they were one object, so the engine computes them once.
 * Preconditions: bound, and without aggregate functions.
 */
export function encodeExpressions(roots: readonly ExprNode[]): EncodedExpressions {
  const nodes: Json[] = []
  const positions = positionsOf(roots, entry => nodes.push(entry))
  return { nodes, outs: roots.map(root => positions.get(root) as number) }
}

/** Calls `add` for each distinct node in order; returns where each node went. */
function positionsOf(roots: readonly ExprNode[], add: (entry: Json) => void): Map<ExprNode, number> {
  const positions = new Map<ExprNode, number>()
  const byText = new Map<string, number>()
  for (const node of postOrder(roots)) {
    const args = node.args.map(arg => positions.get(arg) as number)
    const extra = node.op === 'isIn' ? [membersOf(node)] : planExtra(node)
    const entry: Json = [node.op, ...args, ...extra]
    const text = JSON.stringify(entry)
    let position = byText.get(text)
    if (position === undefined) {
      position = byText.size
      byText.set(text, position)
      add(entry)
    }
    positions.set(node, position)
  }
  return positions
}

/** Groups nodes that compute the same thing: equal nodes get equal numbers. Aggregates are allowed. */
export function equivalenceClasses(roots: readonly ExprNode[]): Map<ExprNode, number> {
  return positionsOf(roots, () => {})
}
