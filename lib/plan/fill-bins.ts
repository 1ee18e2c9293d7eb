// Rows for the intervals of time in which no group has rows. Groups come in order, so the next row of a key tells how many
// intervals lie between; each row is repeated so often, and all but the first of the repetitions become an empty interval.
import { dataType } from '../core/dtypes.js'
import { counts } from './expression/aggregate.js'
import { columnRef } from './expression/column-ref.js'
import { adaptBranches } from './expression/common-type.js'
import { expression } from './expression/expression.js'
import { nullLiteral, typedLiteral } from './expression/literal.js'
import type { ExprNode } from './expression/node.js'
import { over } from './expression/over.js'
import { typeError } from './expression/type-error.js'
import { wholeFrame } from './expression/window.js'
import { projectRows } from './hoist-windows.js'
import { unusedName } from './lower-aggregates.js'
import type { AggregateNode, NamedAggregate } from './step/aggregate.js'
import { filterNode } from './step/filter.js'
import type { PlanNode } from './step/node.js'
import { type NamedExpr, projectNode } from './step/project.js'
import { repeatNode } from './step/repeat.js'
import { binsBetween, binsOn, instantOfBin, type TimeBins } from './time-bins.js'

export interface EmptyBins {
  /** The key that is the interval; the keys before it each have their own first and last one. */
  readonly time: string
  readonly bins: TimeBins
  /** What outputs are in an empty interval, instead of what their aggregate is over no rows. */
  readonly values: ReadonlyMap<string, ExprNode>
}

/** The groups, ordered by key, with the empty intervals between the first and the last of each of the other keys. */
export function fillBins(
  groups: AggregateNode,
  values: readonly NamedExpr[],
  { time, bins, values: instead }: EmptyBins,
): PlanNode {
  const ordinal = unusedName('interval', new Set([...groups.schema.names, ...values.map(({ name }) => name)]))
  const repeated = repeatNode(countBins(groups, time, bins, ordinal), ordinal)
  const first = expression('eq', [columnRef(ordinal), zero])
  const start = columnRef(time, groups.schema.field(time).type)
  const every = projectNode(repeated, [
    ...groups.keys.map(({ name }) => {
      const moved =
        name === time ? binsOn(start, columnRef(ordinal, dataType('int64', false)), bins) : undefined
      return { name, expr: moved ?? columnRef(name) }
    }),
    ...groups.aggregates.map(part => ({ name: part.name, expr: whenFirst(first, part) })),
    { name: ordinal, expr: columnRef(ordinal) },
  ])
  const real = bins.zone === undefined ? every : withoutSkipped(every, first, start, bins, bins.zone)
  return projectNode(real, [
    ...groups.keys.map(({ name }) => ({
      name,
      expr: name === time && bins.zone !== undefined ? instantOfBin(start, bins.zone) : columnRef(name),
    })),
    ...values.map(({ name, expr }) => {
      const other = instead.get(name)
      return { name, expr: other ? valueOr(first, expr, other, name) : expr }
    }),
  ])
}

// The result where there are rows, else another value of the same type.
function valueOr(first: ExprNode, result: ExprNode, other: ExprNode, name: string): ExprNode {
  const { dtype } = result.type
  const value = adaptBranches([other, result])[0] as ExprNode
  const given = value.type.dtype
  if (given === dtype || given === 'null') return expression('when', [first, result, value])
  if (dtype === 'dict' && given === 'utf8')
    return expression('when', [first, result, expression('cast', [value], [dtype])])
  throw typeError(
    `fillEmpty of ${JSON.stringify(name)} (${dtype}) cannot be`,
    [other],
    'give a value of that type, or null',
  )
}

const zero = typedLiteral('int64', '0')

// How often each group's row is to come: once, and once for each empty interval behind it.
function countBins(groups: AggregateNode, time: string, bins: TimeBins, name: string): PlanNode {
  const start = columnRef(time, groups.schema.field(time).type)
  const next = expression('window', [start], [wholeFrame('shift', { offset: -1 })])
  const keys = groups.keys.filter(key => key.name !== time).map(key => columnRef(key.name))
  const distance = binsBetween(keys.length > 0 ? over(next, keys, []) : next, start, bins)
  const columns = groups.schema.names.map(column => ({ name: column, expr: columnRef(column) }))
  const count = expression('coalesce', [distance, typedLiteral('int64', '1')])
  return projectRows(groups, [...columns, { name, expr: count }])
}

// As the aggregate of no rows.
function whenFirst(first: ExprNode, part: NamedAggregate): ExprNode {
  const value = columnRef(part.name, part.type)
  return expression('when', [first, value, ofNothing(part)])
}

function ofNothing({ function: fn, type }: NamedAggregate): ExprNode {
  if (fn === 'any' || fn === 'all') return typedLiteral('bool', fn === 'all')
  if (counts.has(fn)) return zero
  if (fn !== 'sum') return nullLiteral
  return type.dtype === 'float64' ? typedLiteral('float64', 0) : typedLiteral(type.dtype as 'int64', '0')
}

// Days that a zone's calendar skipped, as its clocks went over the date line, have no time in them.
function withoutSkipped(
  plan: PlanNode,
  first: ExprNode,
  start: ExprNode,
  bins: TimeBins,
  zone: string,
): PlanNode {
  const following = binsOn(start, typedLiteral('int64', '1'), bins)
  const lasts = expression('lt', [instantOfBin(start, zone), instantOfBin(following, zone)])
  return filterNode(plan, expression('or', [first, lasts]))
}
