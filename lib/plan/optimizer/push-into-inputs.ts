// Where a chain of steps begins at a join or a concat, filters and the choice of columns go on into its inputs.
import { columnRef } from '../expression/column-ref.js'
import { withArgs } from '../expression/expression.js'
import type { ExprNode } from '../expression/node.js'
import { columnsOf, rewrite } from '../expression/walk.js'
import type { ConcatNode } from '../step/concat.js'
import { concatNode } from '../step/concat.js'
import { filterNode } from '../step/filter.js'
import { type JoinHow, type JoinNode, joinNode } from '../step/join.js'
import type { PlanNode } from '../step/node.js'
import { projectNode } from '../step/project.js'
import { canFail } from './can-fail.js'
import { conjunction, conjuncts } from './push-filters.js'
import type { Chain } from './rule.js'

/** The chain with what its source can do itself handed over. The source's inputs are not optimized yet. */
export function pushIntoInputs(chain: Chain): Chain {
  const { source, steps } = chain
  const [first] = steps
  if (first?.kind === 'filter' && source.kind === 'join') return filterJoin(source, first.predicate, chain)
  if (first?.kind === 'filter' && source.kind === 'concat') {
    const inputs = source.inputs.map(input => filterNode(input, first.predicate))
    return { source: concatNode(inputs), steps: steps.slice(1) }
  }
  return chain
}

// The rows of a side that a join keeps whether or not they match must not be dropped before it, nor may rows be dropped
// whose absence would turn others into rows without a partner.
const filtersLeft: ReadonlySet<JoinHow> = new Set(['inner', 'left', 'semi', 'anti', 'cross', 'asof'])
const filtersRight: ReadonlySet<JoinHow> = new Set(['inner', 'right', 'cross'])

function filterJoin(join: JoinNode, predicate: ExprNode, chain: Chain): Chain {
  const sides = new Map(join.columns.map(column => [column.name, column]))
  const pushed = { left: [] as ExprNode[], right: [] as ExprNode[] }
  const staying: ExprNode[] = []
  for (const term of conjuncts(predicate)) {
    const read = [...columnsOf([term])].map(name => sides.get(name)?.side)
    const side = read[0]
    const allowed = side === 'left' ? filtersLeft : filtersRight
    // A term that can fail must not see the rows that the join removes.
    const sinks = side !== undefined && read.every(s => s === side) && allowed.has(join.how) && !canFail(term)
    if (sinks) pushed[side].push(rename(term, name => sides.get(name)?.column ?? name))
    else staying.push(term)
  }
  const left = filtered(join.left, pushed.left)
  const right = filtered(join.right, pushed.right)
  const rest = chain.steps.slice(1)
  const source = left === join.left && right === join.right ? join : joinNode(left, right, join)
  const kept = staying.length > 0 ? [filterNode(source, conjunction(staying)), ...rest] : rest
  return { source, steps: kept }
}

function filtered(input: PlanNode, terms: readonly ExprNode[]): PlanNode {
  return terms.length === 0 ? input : filterNode(input, conjunction(terms))
}

function rename(term: ExprNode, nameOf: (name: string) => string): ExprNode {
  return rewrite(term, (node, args) =>
    node.op === 'col' ? columnRef(nameOf(node.extra[0] as string), node.type) : withArgs(node, args),
  )
}

/** The join with only the columns that are needed, over inputs that have only those and the keys. */
export function pruneJoin(join: JoinNode, needed: ReadonlySet<string> | 'all'): JoinNode {
  const columns = needed === 'all' ? join.columns : join.columns.filter(({ name }) => needed.has(name))
  const read = (side: 'left' | 'right', keys: readonly string[]) =>
    new Set([...keys, ...columns.filter(column => column.side === side).map(({ column }) => column)])
  const left = keepOnly(join.left, read('left', join.leftKeys))
  const right = keepOnly(join.right, read('right', join.rightKeys))
  if (left === join.left && right === join.right && columns.length === join.columns.length) return join
  return joinNode(left, right, { ...join, columns })
}

export function pruneConcat(concat: ConcatNode, needed: ReadonlySet<string> | 'all'): ConcatNode {
  if (needed === 'all') return concat
  const inputs = concat.inputs.map(input => keepOnly(input, needed))
  return inputs.every((input, i) => input === concat.inputs[i]) ? concat : concatNode(inputs)
}

// At least one column stays: the number of rows must not get lost.
function keepOnly(input: PlanNode, wanted: ReadonlySet<string>): PlanNode {
  const { names } = input.schema
  const kept = names.filter(name => wanted.has(name))
  const some = kept.length > 0 ? kept : names.slice(0, 1)
  if (some.length === names.length) return input
  return projectNode(
    input,
    some.map(name => ({ name, expr: columnRef(name, input.schema.field(name).type) })),
  )
}
