import { columnRef } from '../expression/column-ref.js'
import { equivalenceClasses } from '../expression/encode.js'
import { withArgs } from '../expression/expression.js'
import type { ExprNode } from '../expression/node.js'
import { hasPattern, isPattern, patternSpec } from '../expression/pattern.js'
import { postOrder, rewrite } from '../expression/walk.js'
import { unusedName } from '../lower-aggregates.js'
import { aggregateNode, argumentsOf } from '../step/aggregate.js'
import { type FilterNode, filterNode } from '../step/filter.js'
import { type PlanNode, type StepNode, unwind } from '../step/node.js'
import { patternsNode } from '../step/patterns.js'
import { type NamedExpr, projectNode } from '../step/project.js'
import { dropIdentities } from './drop-identities.js'
import { mapExpressions } from './map-expressions.js'
import { mergeProjections } from './merge-projections.js'
import { pruneColumns } from './prune-columns.js'
import { conjunction, conjuncts } from './push-filters.js'
import { type Chain, type Rule, rebuild, withInput } from './rule.js'

/**
 * What JavaScript does to texts moves out of the expressions that hold it: a step of its own adds its results as columns,
 * and the expressions read those. Of a filter the other conditions come first, so that fewer texts are looked at.
 */
export const hoistPatterns: Rule = {
  name: 'take patterns out of expressions',
  apply(chain): Chain {
    if (!chain.steps.some(holdsPattern)) return chain
    const plan = chain.steps.reduce<PlanNode>(
      (input, step) => hoistStep(withInput(step, input)),
      chain.source,
    )
    const rules = [pruneColumns, mergeProjections, dropIdentities]
    return rules.reduce((current, rule) => unwind(rebuild(rule.apply(current))), unwind(plan))
  },
}

/** Whether some expression of the step has a pattern in it. */
export function holdsPattern(step: PlanNode): boolean {
  return hasPattern(expressionsOf(step))
}

function expressionsOf(step: PlanNode): readonly ExprNode[] {
  if (step.kind === 'filter') return [step.predicate]
  if (step.kind === 'project') return step.columns.map(({ expr }) => expr)
  if (step.kind !== 'aggregate') return []
  return [...step.keys.map(({ expr }) => expr), ...step.aggregates.flatMap(argumentsOf)]
}

function hoistStep(step: StepNode): PlanNode {
  if (!holdsPattern(step)) return step
  if (step.kind === 'filter') return hoistFilter(step)
  const { plan, replaced } = hoist(step.input, expressionsOf(step))
  const now = mapExpressions(step, expr => replaced.get(expr) as ExprNode)
  if (now.kind === 'aggregate') return aggregateNode(plan, now, now.aggregates)
  return withInput(now, plan)
}

function hoistFilter({ input, predicate }: FilterNode): PlanNode {
  const terms = conjuncts(predicate)
  const first = terms.filter(term => !hasPattern([term]))
  const rest = conjunction(terms.filter(term => hasPattern([term])))
  const filtered = first.length > 0 ? filterNode(input, conjunction(first)) : input
  const { plan, replaced } = hoist(filtered, [rest])
  return projectNode(filterNode(plan, replaced.get(rest) as ExprNode), allColumns(input))
}

const allColumns = ({ schema }: PlanNode): NamedExpr[] =>
  schema.fields.map(({ name, type }) => ({ name, expr: columnRef(name, type) }))

interface Hoisted {
  readonly plan: PlanNode
  /** Each of the expressions without patterns. */
  readonly replaced: ReadonlyMap<ExprNode, ExprNode>
}

// Innermost first: the text of a pattern may hold another. Equal ones are computed once.
function hoist(input: PlanNode, given: readonly ExprNode[]): Hoisted {
  const taken = new Set(input.schema.names)
  let plan = input
  let roots = given
  while (hasPattern(roots)) {
    const classes = equivalenceClasses(roots)
    const innermost = postOrder(roots).filter(node => isPattern(node) && !hasPattern(node.args))
    const distinct = new Map(innermost.map(node => [classes.get(node) as number, node]))
    const texts = new Map<number, string>()
    const made: NamedExpr[] = []
    for (const { args } of distinct.values()) {
      const [text] = args as readonly [ExprNode]
      const kind = classes.get(text) as number
      if (texts.has(kind)) continue
      const name = text.op === 'col' ? (text.extra[0] as string) : unusedName(`text ${taken.size}`, taken)
      if (text.op !== 'col') made.push({ name, expr: text })
      texts.set(kind, name)
    }
    if (made.length > 0) plan = projectNode(plan, [...allColumns(plan), ...made])
    const results = new Map<number, ExprNode>()
    const columns = [...distinct].map(([kind, node]) => {
      const name = unusedName(`pattern ${taken.size}`, taken)
      results.set(kind, columnRef(name, node.type))
      const column = texts.get(classes.get(node.args[0] as ExprNode) as number) as string
      return Object.freeze({ name, column, spec: patternSpec(node), type: node.type })
    })
    plan = patternsNode(plan, plan.schema.names, columns)
    roots = roots.map(root =>
      rewrite(root, (node, args) => {
        const result = isPattern(node) ? results.get(classes.get(node) as number) : undefined
        return result ?? withArgs(node, args)
      }),
    )
  }
  return { plan, replaced: new Map(given.map((root, i) => [root, roots[i] as ExprNode])) }
}
