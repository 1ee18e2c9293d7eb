import { withArgs } from '../expression/expression.js'
import type { ExprNode } from '../expression/node.js'
import { postOrder, rewrite } from '../expression/walk.js'
import type { StepNode } from '../step/node.js'
import type { NamedExpr, ProjectNode } from '../step/project.js'
import type { Rule } from './rule.js'

const deepestMerge = 1_000

/**
 * A projection over a projection becomes one, when no computed column is used twice (it would be computed twice) and
 * none that can be dropped is kept.
 */
export const mergeProjections: Rule = {
  name: 'merge projections',
  apply(chain) {
    const steps: StepNode[] = []
    for (const step of chain.steps) {
      const last = steps.at(-1)
      if (step.kind === 'project' && last?.kind === 'project' && mergeable(last, step)) {
        steps[steps.length - 1] = { ...last, columns: compose(last, step) }
      } else {
        steps.push(step)
      }
    }
    return { ...chain, steps }
  },
}

function mergeable(lower: ProjectNode, upper: ProjectNode): boolean {
  const uses = countUses(upper.columns)
  return (
    deepest(lower) + deepest(upper) < deepestMerge &&
    lower.columns.every(({ name, expr }) => expr.args.length === 0 || (uses.get(name) ?? 0) <= 1)
  )
}

const deepest = ({ columns }: ProjectNode): number =>
  columns.reduce((depth, { expr }) => Math.max(depth, expr.depth), 0)

// Every edge to a column node counts, and every output that is one.
function countUses(columns: readonly NamedExpr[]): Map<string, number> {
  const uses = new Map<string, number>()
  const count = (node: ExprNode) => {
    if (node.op === 'col') uses.set(node.extra[0] as string, (uses.get(node.extra[0] as string) ?? 0) + 1)
  }
  const roots = columns.map(({ expr }) => expr)
  for (const root of roots) count(root)
  for (const node of postOrder(roots)) for (const arg of node.args) count(arg)
  return uses
}

function compose(lower: ProjectNode, upper: ProjectNode): NamedExpr[] {
  const sources = new Map(lower.columns.map(({ name, expr }) => [name, expr]))
  return upper.columns.map(({ name, expr }) => ({
    name,
    expr: rewrite(expr, (node, args) =>
      node.op === 'col' ? (sources.get(node.extra[0] as string) as ExprNode) : withArgs(node, args),
    ),
  }))
}
