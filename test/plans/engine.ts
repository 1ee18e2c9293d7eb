// A plan as a frame of millrace, and its rows as plain cells.

import { planOf } from '../../dist/frame/data-frame.js'
import { localExecutor } from '../../dist/frame/local-executor.js'
import { tableOf } from '../../dist/frame/table/table.js'
import {
  asc,
  concatStr,
  count,
  type DataFrame,
  desc,
  fromColumns,
  lit,
  readCsv,
  when,
} from '../../dist/index.js'
import { serializePlan } from '../../dist/plan/serialize.js'
import type { Cell, Expression, Plan, PlanColumn, PlanSortKey, PlanTable } from './plan.js'

type Frame = DataFrame<any>
type Access = (name: string) => any

const asGiven = (cell: Cell, { kind }: PlanColumn): unknown =>
  cell !== null && (kind === 'date' || kind === 'time') ? new Date(cell as number) : cell

/** The table in memory, or as the bytes of a CSV file. */
export async function frameOfTable(table: PlanTable): Promise<Frame> {
  const names = table.columns.map(({ name }) => name)
  const schema = Object.fromEntries(names.map((name, i) => [name, `${table.dtypes[i]}?`])) as never
  const values = table.columns.map((column, i) => table.rows.map(row => asGiven(row[i]!, column)))
  const memory = fromColumns(Object.fromEntries(names.map((name, i) => [name, values[i]])) as never, {
    schema,
  })
  if (!table.csv) return memory as unknown as Frame
  return readCsv(new TextEncoder().encode((await memory.compute()).toCsv()), { schema }) as unknown as Frame
}

/** A subplan that stands in two places becomes one frame. */
export function frameOfPlan(root: Plan, tables: readonly Frame[]): Frame {
  const made = new Map<Plan, Frame>()
  const frame = (plan: Plan): Frame => {
    const found = made.get(plan) ?? build(plan, tables, frame)
    made.set(plan, found)
    return found
  }
  return frame(root)
}

function build(plan: Plan, tables: readonly Frame[], frame: (plan: Plan) => Frame): Frame {
  switch (plan.step) {
    case 'scan':
      return tables[plan.table]!
    case 'concat': {
      const [first, ...others] = plan.inputs.map(frame) as [Frame, ...Frame[]]
      return first.concat(...others) as Frame
    }
    case 'join': {
      const options =
        plan.how === 'cross' ? { how: 'cross' } : { on: plan.on, how: plan.how, nullsEqual: plan.nullsEqual }
      return (frame(plan.left) as any).join(frame(plan.right), options)
    }
    default:
      return apply(plan, frame(plan.input) as any)
  }
}

function apply(plan: Exclude<Plan, { step: 'scan' | 'concat' | 'join' }>, input: any): Frame {
  switch (plan.step) {
    case 'filter':
      return input.filter(expr(plan.where, input.col))
    case 'project': {
      const outputs = Object.fromEntries(plan.outputs.map(({ name, expr: e }) => [name, expr(e, input.col)]))
      return plan.keep ? input.withColumns(outputs) : input.select(() => outputs)
    }
    case 'group':
      return group(plan, input)
    case 'sort':
      return input.sortBy(...plan.keys.map(orderOf))
    case 'topK':
      return input.topK(plan.rows, ...plan.keys.map(orderOf))
    case 'slice':
      return plan.offset === 0 ? input.head(plan.rows) : input.slice(plan.offset, plan.rows)
    case 'tail':
      return input.tail(plan.rows)
    case 'distinct':
      return input.distinct(...plan.names, { keep: plan.keep })
    case 'rowIndex':
      return input.withRowIndex(plan.name)
    case 'dropNulls':
      return input.dropNulls(...plan.names)
  }
}

const orderOf = ({ name, descending, nulls }: PlanSortKey) => (descending ? desc : asc)(name, { nulls })

function group({ keys, aggregates, order }: Extract<Plan, { step: 'group' }>, input: any): Frame {
  const make = () =>
    Object.fromEntries(
      aggregates.map(({ name, function: fn, argument }) => [
        name,
        argument ? expr(argument, input.col)[fn]() : count(),
      ]),
    )
  return keys.length === 0 ? input.agg(make) : input.groupBy(...keys, { sort: order }).agg(make)
}

const textMethods = new Set(['contains', 'startsWith', 'endsWith', 'length', 'toUpper', 'toLower', 'trim'])
const dateMethods = new Set(['year', 'month', 'day', 'weekday', 'dayOfYear', 'quarter', 'truncate'])

/** The expression with millrace's methods. */
export function expr(e: Expression, col: Access): any {
  if (e.op === 'col') return col(e.extra[0] as string)
  if (e.op === 'lit') return literalOf(e)
  const [first, ...others] = e.args.map(arg => expr(arg, col))
  if (e.op === 'when') return when(first).then(others[0]).otherwise(others[1])
  if (e.op === 'concat') return concatStr(first, others[0])
  if (textMethods.has(e.op) || (e.op === 'slice' && e.kind === 'text')) return first.str[e.op](...e.extra)
  if (dateMethods.has(e.op)) return first.dt[e.op](...e.extra)
  // The difference of two uint64 is one, and fails below 0.
  if (e.op === 'sub' && e.kind === 'int') return first.cast('int64').sub(others[0])
  return first[e.op](...others, ...e.extra)
}

function literalOf({ kind, extra }: Expression): any {
  const value = extra[0] as Cell
  // By themselves, and not beside a column, they would be timestamp[ms].
  if (kind === 'time') return lit(new Date(value as number)).cast('timestamp[us]')
  if (kind === 'date') return lit(new Date(value as number)).cast('date')
  return lit(value as never)
}

export interface Run {
  readonly optimized: boolean
  readonly threads: number
  readonly vectorRows?: number
}

/** The rows, with dates and times in milliseconds. */
export async function runFrame(frame: Frame, { optimized, threads, vectorRows }: Run): Promise<Cell[][]> {
  const table = optimized
    ? await frame.compute({ threads, dates: 'ms' })
    : await unoptimized(frame, { threads, ...(vectorRows && { vectorRows }) })
  const columns = table.columns.map((name: string) => (table.col as any)(name).toArray() as Cell[])
  return Array.from({ length: table.length }, (_, row) => columns.map((column: Cell[]) => column[row]!))
}

async function unoptimized(frame: Frame, settings: object): Promise<any> {
  const plan = planOf(frame)!
  const result = await localExecutor.run(serializePlan(plan, settings as never), true).result
  return tableOf(result, plan.schema, { int64: 'number', dates: 'ms' })
}
