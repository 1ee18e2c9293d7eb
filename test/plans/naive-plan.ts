// What a plan gives, by loops over arrays of rows.
import { asof } from './naive-asof.js'
import { compareCells, keyCell, keyOf, type Row } from './naive-cells.js'
import { evaluate, type Lookup } from './naive-expression.js'
import { timeGroups } from './naive-time-groups.js'
import { firstRows, windows } from './naive-window.js'
import type { Cell, Plan, PlanAggregate, PlanColumn, PlanSortKey, PlanTable } from './plan.js'

/** More rows than this are not worth a test; `interpret` gives up. */
export const mostRows = 4_000

export class TooManyRows extends Error {}

export function interpret(plan: Plan, tables: readonly PlanTable[]): Row[] {
  const rows = run(plan, tables)
  if (rows.length > mostRows) throw new TooManyRows()
  return rows
}

function run(plan: Plan, tables: readonly PlanTable[]): Row[] {
  switch (plan.step) {
    case 'scan':
      return [...tables[plan.table]!.rows]
    case 'concat':
      return plan.inputs.flatMap(input => aligned(plan.columns, input, interpret(input, tables)))
    case 'join':
      return join(plan, interpret(plan.left, tables), interpret(plan.right, tables))
    case 'asof':
      return asof(plan, interpret(plan.left, tables), interpret(plan.right, tables))
    default:
      return apply(plan, interpret(plan.input, tables))
  }
}

/** Where an input of concat has no such column, there are nulls. */
function aligned(columns: readonly PlanColumn[], input: Plan, rows: readonly Row[]): Row[] {
  const at = columns.map(({ name }) => input.columns.findIndex(found => found.name === name))
  return rows.map(row => at.map(i => (i < 0 ? null : row[i]!)))
}

const positions = (columns: readonly PlanColumn[], names: readonly string[]): number[] =>
  names.map(name => columns.findIndex(column => column.name === name))

function lookup(columns: readonly PlanColumn[]): (row: Row) => Lookup {
  const at = new Map(columns.map(({ name }, i) => [name, i]))
  return row => name => row[at.get(name)!]!
}

function apply(plan: Exclude<Plan, { step: 'scan' | 'concat' | 'join' | 'asof' }>, rows: Row[]): Row[] {
  const { columns } = plan.input
  const of = lookup(columns)
  switch (plan.step) {
    case 'filter':
      return rows.filter(row => evaluate(plan.where, of(row)) === true)
    case 'project':
      return rows.map(row => project(plan, row, of(row)))
    case 'group':
      return group(plan, rows)
    case 'timeGroups':
      return groupByTime(plan, rows)
    case 'sort':
      return sorted(rows, plan.keys, columns)
    case 'topK':
      return sorted(rows, plan.keys, columns).slice(0, plan.rows)
    case 'slice': {
      const start = plan.offset < 0 ? Math.max(0, rows.length + plan.offset) : plan.offset
      const end = plan.offset < 0 ? Math.max(0, rows.length + plan.offset + plan.rows) : start + plan.rows
      return rows.slice(start, end)
    }
    case 'tail':
      return plan.rows === 0 ? [] : rows.slice(-plan.rows)
    case 'distinct':
      return distinct(plan, rows)
    case 'rowIndex':
      return rows.map((row, i) => [i, ...row])
    case 'dropNulls': {
      const at = positions(columns, plan.names)
      return rows.filter(row => at.every(i => row[i] !== null))
    }
    case 'firstRows':
      return firstRows(plan, rows, of)
    case 'window': {
      const made = windows(plan.windows, rows, of)
      return rows.map((row, i) => [...row, ...plan.windows.map(({ name }) => made.get(name)![i]!)])
    }
    case 'unpivot':
      return unpivot(plan, rows)
    case 'pivot':
      return pivot(plan, rows)
    case 'persist':
      return rows
  }
}

function unpivot({ on, index, input }: Extract<Plan, { step: 'unpivot' }>, rows: Row[]): Row[] {
  const kept = positions(input.columns, index)
  return on.flatMap(name => {
    const [at] = positions(input.columns, [name]) as [number]
    return rows.map(row => [...kept.map(i => row[i]!), name, row[at]!])
  })
}

function pivot(
  { on, wanted, values, index, aggregate: fn, input }: Extract<Plan, { step: 'pivot' }>,
  rows: Row[],
): Row[] {
  const columns = index.map(name => input.columns.find(column => column.name === name)!)
  const [key, value] = positions(input.columns, [on, values]) as [number, number]
  const at = positions(input.columns, index)
  const cell = (members: readonly Row[], one: Cell): Cell => {
    const cells = members.filter(row => row[key] === one).map(row => row[value]!)
    return aggregateOf(fn, fn === 'first' || fn === 'last' ? cells.filter(found => found !== null) : cells)
  }
  const groups = index.length === 0 ? [rows] : [...groupRows(rows, at).values()]
  const made = groups.map(members => [
    ...at.map(i => keyCell(members[0]![i]!)),
    ...wanted.map(one => cell(members, one)),
  ])
  const byKey = index.map(name => ({ name, descending: false, nulls: 'last' as const }))
  return sorted(made, byKey, columns)
}

function project(
  { outputs, keep, columns, input }: Extract<Plan, { step: 'project' }>,
  row: Row,
  at: Lookup,
): Row {
  const made = new Map(outputs.map(({ name, expr }) => [name, evaluate(expr, at)]))
  return columns.map(({ name }) =>
    made.has(name)
      ? made.get(name)!
      : row[keep ? input.columns.findIndex(found => found.name === name) : -1]!,
  )
}

function groupRows(rows: readonly Row[], at: readonly number[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = keyOf(at.map(i => row[i]!))
    const found = groups.get(key)
    if (found) found.push(row)
    else groups.set(key, [row])
  }
  return groups
}

function group({ keys, aggregates, order, input }: Extract<Plan, { step: 'group' }>, rows: Row[]): Row[] {
  const of = lookup(input.columns)
  const at = positions(input.columns, keys)
  const groups = keys.length === 0 ? [rows] : [...groupRows(rows, at).values()]
  const made = groups.map(members => [
    ...at.map(i => keyCell(members[0]![i]!)),
    ...aggregates.map(part => aggregate(part, members, of)),
  ])
  if (order !== true) return made
  const byKey = keys.map(name => ({ name, descending: false, nulls: 'last' as const }))
  return sorted(
    made,
    byKey,
    keys.map(name => input.columns.find(column => column.name === name)!),
  )
}

function groupByTime(plan: Extract<Plan, { step: 'timeGroups' }>, rows: Row[]): Row[] {
  const { input, by, time, fillEmpty, aggregates } = plan
  const of = lookup(input.columns)
  const [timeAt] = positions(input.columns, [time]) as [number]
  const made = timeGroups(plan, rows, timeAt, positions(input.columns, by)).map(({ key, rows: members }) => [
    ...key,
    ...aggregates.map(part =>
      members.length === 0 && fillEmpty && part.name in fillEmpty
        ? fillEmpty[part.name]!
        : aggregate(part, members, of),
    ),
  ])
  const keys = [...by, time]
  const byKey = keys.map(name => ({ name, descending: false, nulls: 'last' as const }))
  return sorted(
    made,
    byKey,
    keys.map(name => input.columns.find(column => column.name === name)!),
  )
}

function aggregate(
  { function: fn, argument }: PlanAggregate,
  rows: readonly Row[],
  of: (row: Row) => Lookup,
): Cell {
  if (!argument) return rows.length
  return aggregateOf(
    fn,
    rows.map(row => evaluate(argument, of(row))),
  )
}

const distinctOf = (cells: readonly Cell[]): number => new Set(cells.map(cell => keyOf([cell]))).size

function aggregateOf(fn: string, all: readonly Cell[]): Cell {
  const cells = all.filter(cell => cell !== null)
  switch (fn) {
    case 'count':
      return cells.length
    case 'nUnique':
      return distinctOf(cells)
    case 'approxNUnique': {
      // Exact as far as that; what it is beyond is no matter of plans.
      if (distinctOf(cells) > 256) throw new TooManyRows()
      return distinctOf(cells)
    }
    case 'first':
      return all[0] ?? null
    case 'last':
      return all.at(-1) ?? null
    case 'any':
      return cells.includes(true)
    case 'all':
      return !cells.includes(false)
    case 'min':
    case 'max':
      return extreme(cells, fn === 'min' ? -1 : 1)
    default:
      return statistic(fn, cells as number[])
  }
}

// NaN counts only where there is nothing else.
function extreme(cells: readonly NonNullable<Cell>[], sign: number): Cell {
  const numbers = cells.filter(cell => !Number.isNaN(cell))
  const from = numbers.length > 0 ? numbers : cells
  return from.length === 0 ? null : from.reduce((a, b) => (compareCells(b, a) * sign > 0 ? b : a))
}

function statistic(fn: string, cells: readonly number[]): Cell {
  const sum = cells.reduce((a, b) => a + b, 0)
  if (fn === 'sum') return sum
  if (cells.length === 0) return null
  if (fn === 'mean') return sum / cells.length
  if (cells.some(Number.isNaN)) return Number.NaN
  const ordered = [...cells].sort(compareCells)
  const middle = (ordered.length - 1) / 2
  const [low, high] = [ordered[Math.floor(middle)]!, ordered[Math.ceil(middle)]!]
  return low === high ? low : (low + high) / 2
}

function sorted(rows: readonly Row[], keys: readonly PlanSortKey[], columns: readonly PlanColumn[]): Row[] {
  const at = positions(
    columns,
    keys.map(({ name }) => name),
  )
  return [...rows].sort((a, b) => {
    for (const [i, { descending, nulls }] of keys.entries()) {
      const [x, y] = [a[at[i]!]!, b[at[i]!]!]
      if (x === null || y === null) {
        if (x === y) continue
        return (x === null) === (nulls === 'first') ? -1 : 1
      }
      const order = compareCells(x, y)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  })
}

function distinct({ names, keep, input }: Extract<Plan, { step: 'distinct' }>, rows: Row[]): Row[] {
  const at = positions(input.columns, names)
  const groups = groupRows(rows, at)
  const kept = rows.filter(row => {
    const members = groups.get(keyOf(at.map(i => row[i]!)))!
    return keep === 'first'
      ? members[0] === row
      : keep === 'last'
        ? members.at(-1) === row
        : members.length === 1
  })
  return kept.map(row => row.map((cell, i) => (at.includes(i) ? keyCell(cell) : cell)))
}

function join(plan: Extract<Plan, { step: 'join' }>, left: Row[], right: Row[]): Row[] {
  const { on, how, nullsEqual } = plan
  if (left.length * right.length > mostRows * 20) throw new TooManyRows()
  const leftAt = positions(plan.left.columns, on)
  const rightAt = positions(plan.right.columns, on)
  const matchable = (row: Row, at: readonly number[]) => nullsEqual || at.every(i => row[i] !== null)
  const groups = groupRows(
    right.filter(row => matchable(row, rightAt)),
    rightAt,
  )
  const partners = (row: Row): Row[] =>
    matchable(row, leftAt) ? (groups.get(keyOf(leftAt.map(i => row[i]!))) ?? []) : []
  if (how === 'semi') return left.filter(row => partners(row).length > 0)
  if (how === 'anti') return left.filter(row => partners(row).length === 0)
  const rest = (row: Row) => row.slice(on.length)
  const nobody = Array.from({ length: plan.right.columns.length - on.length }, () => null)
  // The keys of a row that only the right side has, in the places of the left's.
  const alone = (row: Row): Row => [
    ...plan.left.columns.map(({ name }) => (on.includes(name) ? row[on.indexOf(name)]! : null)),
    ...rest(row),
  ]
  if (how === 'right') return rightJoin(left, right, leftAt, rightAt, matchable, alone, rest)
  const rows = left.flatMap(row => {
    const found = partners(row).map(partner => [...row, ...rest(partner)])
    return found.length > 0 || how === 'inner' || how === 'cross' ? found : [[...row, ...nobody]]
  })
  if (how !== 'outer') return rows
  const used = new Set(left.flatMap(partners))
  return [...rows, ...right.filter(row => !used.has(row)).map(alone)]
}

function rightJoin(
  left: readonly Row[],
  right: readonly Row[],
  leftAt: readonly number[],
  rightAt: readonly number[],
  matchable: (row: Row, at: readonly number[]) => boolean,
  alone: (row: Row) => Row,
  rest: (row: Row) => Row,
): Row[] {
  const groups = groupRows(
    left.filter(row => matchable(row, leftAt)),
    leftAt,
  )
  return right.flatMap(row => {
    const found = matchable(row, rightAt) ? (groups.get(keyOf(rightAt.map(i => row[i]!))) ?? []) : []
    return found.length > 0 ? found.map(partner => [...partner, ...rest(row)]) : [alone(row)]
  })
}
