// A plan as a frame of millrace, and its rows as plain cells.

import { planOf } from '../../dist/frame/data-frame.js'
import { localExecutor } from '../../dist/frame/local-executor.js'
import { engineOnly } from '../../dist/frame/run.js'
import { hasFunctions } from '../../dist/frame/run-functions.js'
import { RunningSteps } from '../../dist/frame/running-steps.js'
import { tableOf } from '../../dist/frame/table/table.js'
import { asc, count, type DataFrame, desc, fromColumns, readCsv, rowNumber } from '../../dist/index.js'
import { serializePlan } from '../../dist/plan/serialize.js'
import { type Access, expr } from './engine-expression.js'
import type { Cell, Plan, PlanAggregate, PlanColumn, PlanSortKey, PlanTable, PlanWindow } from './plan.js'

type Frame = DataFrame<any>

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

type Build = (plan: Plan) => Promise<Frame>

/** A subplan that stands in two places becomes one frame. Gives up what it persisted when it is told to. */
export async function frameOfPlan(
  root: Plan,
  tables: readonly Frame[],
): Promise<{ readonly frame: Frame; readonly dispose: () => void }> {
  const made = new Map<Plan, Promise<Frame>>()
  const persisted: Disposable[] = []
  const frame: Build = plan => {
    const found = made.get(plan) ?? build(plan, tables, frame, persisted)
    made.set(plan, found)
    return found
  }
  return {
    frame: await frame(root),
    dispose: () => {
      for (const one of persisted) one[Symbol.dispose]()
    },
  }
}

async function build(
  plan: Plan,
  tables: readonly Frame[],
  frame: Build,
  persisted: Disposable[],
): Promise<Frame> {
  switch (plan.step) {
    case 'scan':
      return tables[plan.table]!
    case 'concat': {
      const [first, ...others] = (await Promise.all(plan.inputs.map(frame))) as [any, ...Frame[]]
      return plan.match === 'same'
        ? first.concat(...others)
        : first.concat(...others, { columns: plan.match })
    }
    case 'join': {
      const options =
        plan.how === 'cross' ? { how: 'cross' } : { on: plan.on, how: plan.how, nullsEqual: plan.nullsEqual }
      return ((await frame(plan.left)) as any).join(await frame(plan.right), options)
    }
    case 'asof':
      return asof(plan, (await frame(plan.left)) as any, await frame(plan.right))
    case 'persist': {
      const hot = await (await frame(plan.input)).persist()
      persisted.push(hot)
      return hot as unknown as Frame
    }
    default:
      return apply(plan, (await frame(plan.input)) as any)
  }
}

function asof(plan: Extract<Plan, { step: 'asof' }>, left: any, right: Frame): Frame {
  const { leftOn, rightOn, by, direction, allowExact, tolerance } = plan
  const keys = leftOn === rightOn ? { on: leftOn } : { leftOn, rightOn }
  return left.joinAsof(right, {
    ...keys,
    by,
    direction,
    allowExact,
    ...(tolerance !== undefined && { tolerance }),
  })
}

type Simple = Exclude<Plan, { step: 'scan' | 'concat' | 'join' | 'asof' | 'persist' }>

function apply(plan: Simple, input: any): Frame {
  switch (plan.step) {
    case 'filter':
      return input.filter(expr(plan.where, input.col))
    case 'project': {
      const outputs = Object.fromEntries(plan.outputs.map(({ name, expr: e }) => [name, expr(e, input.col)]))
      return plan.keep ? input.withColumns(outputs) : input.select(() => outputs)
    }
    case 'group':
      return group(plan, input)
    case 'timeGroups': {
      const { time, every, offset, closed, label, zone, by, dropNulls, fillEmpty } = plan
      const options = { every, offset, closed, label, zone, by, dropNulls, fillEmpty }
      return input.groupByTime(time, options).agg(() => aggregatesOf(plan, input))
    }
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
    case 'window':
      return input.withColumns(
        Object.fromEntries(plan.windows.map(window => [window.name, windowOf(window, input.col)])),
      )
    case 'firstRows': {
      const first = overOf(rowNumber(), plan).le(plan.rows)
      return input.filter(plan.where ? first.and(expr(plan.where, input.col)) : first)
    }
    case 'unpivot': {
      const { on, index, variableName, valueName } = plan
      return input.unpivot({ on, index, variableName, valueName })
    }
    case 'pivot': {
      const { on, wanted, values, index, aggregate } = plan
      return input.pivot({ on, columns: wanted, values, index, aggregate })
    }
  }
}

const overOf = (
  value: any,
  { keys, order }: { readonly keys: readonly string[]; readonly order: readonly PlanSortKey[] },
): any =>
  keys.length === 0 && order.length === 0 ? value.over() : value.over(keys, { orderBy: order.map(orderOf) })

function windowOf(window: PlanWindow, col: Access): any {
  const { function: fn, argument, parameters } = window
  const { rows, minPeriods, center, period, by, closed, offset, fill, ...options } = parameters
  const value = argument && expr(argument, col)
  if (rows !== undefined) return overOf(value.rolling({ rows, minPeriods, center })[fn](), window)
  if (period !== undefined) return overOf(value.rolling({ period, by, closed, minPeriods })[fn](), window)
  if (fn === 'size') return overOf(count(), window)
  if (fn === 'rowNumber') return overOf(rowNumber(), window)
  if (fn === 'shift') return overOf(value.shift(offset, fill === undefined ? {} : { fill }), window)
  if (offset !== undefined) return overOf(value[fn](offset), window)
  return overOf(Object.keys(options).length > 0 ? value[fn](options) : value[fn](), window)
}

const orderOf = ({ name, descending, nulls }: PlanSortKey) => (descending ? desc : asc)(name, { nulls })

const aggregatesOf = (
  { aggregates }: { readonly aggregates: readonly PlanAggregate[] },
  input: any,
): object =>
  Object.fromEntries(
    aggregates.map(({ name, function: fn, argument }) => [
      name,
      argument ? expr(argument, input.col)[fn]() : count(),
    ]),
  )

function group({ keys, aggregates, order }: Extract<Plan, { step: 'group' }>, input: any): Frame {
  const make = () => aggregatesOf({ aggregates }, input)
  return keys.length === 0 ? input.agg(make) : input.groupBy(...keys, { sort: order }).agg(make)
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

// What patterns read is run before, as it always is.
async function unoptimized(frame: Frame, settings: object): Promise<any> {
  const whole = planOf(frame)!
  const steps = new RunningSteps(undefined)
  const plan = hasFunctions(whole) ? (await engineOnly(whole, {}, steps)).engine : whole
  const result = await localExecutor.run(serializePlan(plan, settings as never), true).result
  steps.stop()
  return tableOf(result, plan.schema, { int64: 'number', dates: 'ms' })
}
