import type { ExprNode } from './node.js'

/** Every node below the roots and the roots themselves, arguments before what uses them, each once. */
export function postOrder(roots: readonly ExprNode[]): ExprNode[] {
  const order: ExprNode[] = []
  const seen = new Set<ExprNode>()
  const stack: { node: ExprNode; next: number }[] = []
  const enter = (node: ExprNode) => {
    if (seen.has(node)) return
    seen.add(node)
    stack.push({ node, next: 0 })
  }
  for (const root of roots) {
    enter(root)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const arg = top.node.args[top.next++]
      if (arg) {
        enter(arg)
      } else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}

/**
 * Rebuilds an expression bottom-up: `replace` receives each node with its arguments already replaced, and returns what
 * stands in its place. Shared nodes are replaced once and stay shared.
 */
export function rewrite(
  root: ExprNode,
  replace: (node: ExprNode, args: readonly ExprNode[]) => ExprNode,
): ExprNode {
  const replaced = new Map<ExprNode, ExprNode>()
  for (const node of postOrder([root])) {
    replaced.set(
      node,
      replace(
        node,
        node.args.map(arg => replaced.get(arg) as ExprNode),
      ),
    )
  }
  return replaced.get(root) as ExprNode
}

/** True when `args` are the very arguments that `node` has. */
export function sameArgs(node: ExprNode, args: readonly ExprNode[]): boolean {
  return args.every((arg, i) => arg === node.args[i])
}

/** Names of the columns that the expressions read. */
export function columnsOf(roots: readonly ExprNode[]): Set<string> {
  const names = new Set<string>()
  for (const node of postOrder(roots)) if (node.op === 'col') names.add(node.extra[0] as string)
  return names
}
