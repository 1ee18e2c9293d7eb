// Rows without their repeats, and how often each occurs: group-bys in disguise.
import { MillraceError } from '../core/errors.js'
import { boolean, oneOf, readOptions, text } from '../core/options.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { expression } from '../plan/expression/expression.js'
import { literal } from '../plan/expression/literal.js'
import { lowerAggregates, unusedName } from '../plan/lower-aggregates.js'
import type { GroupOrder } from '../plan/step/aggregate.js'
import { filterNode } from '../plan/step/filter.js'
import { joinNode } from '../plan/step/join.js'
import type { PlanNode } from '../plan/step/node.js'
import { type NamedExpr, projectNode } from '../plan/step/project.js'
import { rowIndexNode } from '../plan/step/row-index.js'
import { sortNode } from '../plan/step/sort.js'
import { checkNames, keepColumns } from './projections.js'

export interface DistinctOptions {
  /**
   * Which of several rows with the same key stays: the first (default) or last in order, none of them, or any one, which
   * is the fastest and leaves the order of the rows open.
   */
  readonly keep?: 'first' | 'last' | 'none' | 'any'
}

export interface ValueCountsOptions {
  /** Most frequent first, equal counts in order of appearance; default true. Otherwise in order of appearance. */
  readonly sort?: boolean
  /** Shares of all counted rows instead of counts; default false. */
  readonly normalize?: boolean
  /** Leave out rows that have a null key, as pandas does; default false. */
  readonly dropNulls?: boolean
  /** Name of the new column; default `count`, or `proportion` with `normalize`. */
  readonly name?: string
}

/** The names before the options, and the options. */
function splitOptions(given: readonly unknown[]): [names: readonly unknown[], options: unknown] {
  const last = given.at(-1)
  const hasOptions = typeof last === 'object' && last !== null && !Array.isArray(last)
  return hasOptions ? [given.slice(0, -1), last] : [given, undefined]
}

export function distinctPlan(plan: PlanNode, given: readonly unknown[]): PlanNode {
  const [names, options] = splitOptions(given)
  const { keep = 'first' } = readOptions<DistinctOptions>(options, 'distinct', {
    keep: oneOf('first', 'last', 'none', 'any'),
  })
  const { schema } = plan
  const keys = names.length === 0 ? [...schema.names] : [...new Set(checkNames(schema, names, 'distinct'))]
  if (keys.length === 0) return plan
  return keep === 'last' ? keepLast(plan, keys) : keepOne(plan, keys, keep)
}

function group(
  plan: PlanNode,
  keys: readonly string[],
  order: GroupOrder,
  outputs: readonly NamedExpr[],
): PlanNode {
  const named = keys.map(name => ({ name, expr: columnRef(name, plan.schema.field(name).type) }))
  return lowerAggregates(plan, { keys: named, order, dropNulls: false }, outputs)
}

function keepOne(plan: PlanNode, keys: readonly string[], keep: 'first' | 'none' | 'any'): PlanNode {
  const { names } = plan.schema
  const others = names.filter(name => !keys.includes(name))
  const size = unusedName('size', new Set(names))
  const outputs = others.map(name => ({ name, expr: expression('first', [columnRef(name)], [{}]) }))
  if (keep === 'none') outputs.push({ name: size, expr: expression('size', []) })
  const grouped = group(plan, keys, keep === 'any' ? 'none' : 'first', outputs)
  const kept =
    keep === 'none'
      ? filterNode(grouped, expression('eq', [columnRef(size), literal(1, 'distinct')]))
      : grouped
  return sameNames(kept, names) ? kept : keepColumns(kept, names)
}

const sameNames = (plan: PlanNode, names: readonly string[]): boolean =>
  plan.schema.names.length === names.length && names.every((name, i) => plan.schema.names[i] === name)

// The last rows stay where they were.
function keepLast(plan: PlanNode, keys: readonly string[]): PlanNode {
  const { names } = plan.schema
  const index = unusedName('row', new Set(names))
  const numbered = rowIndexNode(plan, index)
  const others = [index, ...names.filter(name => !keys.includes(name))]
  const outputs = others.map(name => ({ name, expr: expression('last', [columnRef(name)], [{}]) }))
  const grouped = group(numbered, keys, 'none', outputs)
  return sortNode(grouped, [{ column: index, descending: false, nulls: 'last' }], names)
}

export function valueCountsPlan(plan: PlanNode, given: readonly unknown[]): PlanNode {
  const [names, options] = splitOptions(given)
  const {
    sort = true,
    normalize = false,
    dropNulls = false,
    name = normalize ? 'proportion' : 'count',
  } = readOptions<ValueCountsOptions>(options, 'valueCounts', {
    sort: boolean,
    normalize: boolean,
    dropNulls: boolean,
    name: text,
  })
  const keys = names.length === 0 ? [...plan.schema.names] : checkNames(plan.schema, names, 'valueCounts')
  if (keys.includes(name)) {
    throw new MillraceError(
      'ERR_DUPLICATE_COLUMN',
      `valueCounts would make a second column ${JSON.stringify(name)}`,
      {
        column: name,
        hint: "give the counts another name: { name: 'n' }",
      },
    )
  }
  const named = keys.map(key => ({ name: key, expr: columnRef(key, plan.schema.field(key).type) }))
  const grouped = lowerAggregates(plan, { keys: named, order: 'first', dropNulls }, [
    { name, expr: expression('size', []) },
  ])
  const sorted = sort ? sortNode(grouped, [{ column: name, descending: true, nulls: 'last' }]) : grouped
  return normalize ? shares(sorted, keys, name) : sorted
}

// Every count over the sum of all, which is one row beside each.
function shares(counts: PlanNode, keys: readonly string[], name: string): PlanNode {
  const total = unusedName('total', new Set([...keys, name]))
  const sum = lowerAggregates(counts, { keys: [], order: 'none', dropNulls: false }, [
    { name: total, expr: expression('sum', [columnRef(name)]) },
  ])
  const joined = joinNode(counts, sum, {
    how: 'cross',
    leftKeys: [],
    rightKeys: [],
    columns: [
      ...counts.schema.names.map(column => ({ name: column, side: 'left' as const, column })),
      { name: total, side: 'right' as const, column: total },
    ],
    nullsEqual: false,
    leftUnique: false,
    rightUnique: false,
  })
  return projectNode(joined, [
    ...keys.map(key => ({ name: key, expr: columnRef(key) })),
    { name, expr: expression('div', [columnRef(name), columnRef(total)]) },
  ])
}
