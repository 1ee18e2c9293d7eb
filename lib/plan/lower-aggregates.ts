import { MillraceError } from '../core/errors.js'
import { isAggregate } from './expression/aggregate.js'
import { columnRef } from './expression/column-ref.js'
import { equivalenceClasses } from './expression/encode.js'
import { bindExpression, withArgs } from './expression/expression.js'
import { formatExpr } from './expression/format.js'
import type { ExprNode } from './expression/node.js'
import { postOrder, rewrite } from './expression/walk.js'
import { hasWindow } from './expression/window.js'
import {
  type AggregateNode,
  aggregateNode,
  type Grouping,
  type NamedAggregate,
  namedAggregate,
} from './step/aggregate.js'
import type { PlanNode } from './step/node.js'
import { type NamedExpr, projectNode } from './step/project.js'

/** Puts groups without rows between the others; `values` are the outputs as expressions over `groups`. */
export type FillGroups = (groups: AggregateNode, values: readonly NamedExpr[]) => PlanNode

/**
 * Expressions over aggregates, such as `max(v1) - min(v2)`, as an aggregate step and, where an output is more than an
 * aggregate, a projection over it. Equal aggregates are computed once.
 */
export function lowerAggregates(
  input: PlanNode,
  grouping: Grouping,
  outputs: readonly NamedExpr[],
  fill?: FillGroups,
): PlanNode {
  const bound = outputs.map(({ name, expr }) => ({ name, expr: bindExpression(expr, input.schema) }))
  for (const output of bound) checkAggregated(output)
  const keyNames = new Set(grouping.keys.map(key => key.name))
  for (const { name } of bound) {
    if (keyNames.has(name)) throw duplicate(name)
  }
  if (grouping.keys.length === 0 && !bound.some(({ expr }) => expr.mode === 'agg')) throw nothingAggregated()
  const plain = !fill && bound.every(({ expr }) => isAggregate(expr))
  const keyed = grouping.keys.length > 0
  if (plain) {
    const aggregates = bound.map(({ name, expr }) => namedAggregate(name, expr, input.schema, keyed))
    return aggregateNode(input, grouping, aggregates)
  }
  return lowerMixed(input, grouping, bound, fill)
}

function checkAggregated({ name, expr }: NamedExpr): void {
  if (hasWindow([expr])) throw windowInside(name, expr)
  if (expr.mode !== 'row') return
  throw new MillraceError('ERR_TYPE', `${JSON.stringify(name)} is not aggregated: ${formatExpr(expr, 80)}`, {
    column: name,
    hint: `say which value of the group, as in ${formatExpr(expr, 40)}.mean() or .first()`,
  })
}

function windowInside(name: string, expr: ExprNode): MillraceError {
  return new MillraceError(
    'ERR_TYPE',
    `${JSON.stringify(name)} has a window function: ${formatExpr(expr, 80)}`,
    {
      column: name,
      hint: 'compute it in a step before: df.withColumns(c => ({ total: c.Close.cumSum() })).groupBy(...)',
    },
  )
}

function nothingAggregated(): MillraceError {
  return new MillraceError('ERR_INVALID_ARGUMENT', 'agg needs at least one aggregate', {
    hint: 'as in agg((c) => ({ rows: count(), open: c.Open.mean() }))',
  })
}

function duplicate(name: string): MillraceError {
  return new MillraceError('ERR_DUPLICATE_COLUMN', `${JSON.stringify(name)} is both a key and an aggregate`, {
    column: name,
    hint: 'give the aggregate another name',
  })
}

function lowerMixed(
  input: PlanNode,
  grouping: Grouping,
  outputs: readonly NamedExpr[],
  fill: FillGroups | undefined,
): PlanNode {
  const roots = outputs.map(({ expr }) => expr)
  const found = new Map<number, NamedAggregate>()
  const taken = new Set([...grouping.keys.map(key => key.name), ...outputs.map(({ name }) => name)])
  const classes = equivalenceClasses(roots)
  for (const node of postOrder(roots)) {
    const kind = classes.get(node) as number
    if (!isAggregate(node) || found.has(kind)) continue
    const name = unusedName(`aggregate ${found.size}`, taken)
    found.set(kind, namedAggregate(name, node, input.schema, grouping.keys.length > 0))
  }
  const aggregated = aggregateNode(input, grouping, [...found.values()])
  const reference = (node: ExprNode, args: readonly ExprNode[]): ExprNode => {
    if (!isAggregate(node)) return withArgs(node, args)
    const { name, type } = found.get(classes.get(node) as number) as NamedAggregate
    return columnRef(name, type)
  }
  const keys = grouping.keys.map(({ name }) => ({ name, expr: columnRef(name) }))
  const values = outputs.map(({ name, expr }) => ({ name, expr: rewrite(expr, reference) }))
  if (fill) return fill(aggregated, values)
  return projectNode(aggregated, [...keys, ...values])
}

/** `name`, or that with underscores until nothing in `taken` is called so; then it is taken too. */
export function unusedName(name: string, taken: Set<string>): string {
  let candidate = name
  while (taken.has(candidate)) candidate += '_'
  taken.add(candidate)
  return candidate
}
