// What rows are sorted by, as callers say it: `desc('Open')`, `asc(df.High.sub(df.Low), { nulls: 'first' })`.
import { invalidArgument, MillraceError } from '../core/errors.js'
import { boolean, oneOf, readOptions } from '../core/options.js'
import { bindExpression } from '../plan/expression/expression.js'
import type { ExprNode } from '../plan/expression/node.js'
import { projectRows } from '../plan/hoist-windows.js'
import { unusedName } from '../plan/lower-aggregates.js'
import type { PlanNode } from '../plan/step/node.js'
import { type SortKey, sortNode } from '../plan/step/sort.js'
import type { Typed } from './expression/expr.js'
import { ExpressionBuilder } from './expression/expression-builder.js'
import { keepColumns } from './projections.js'
import { type SortKeyOptions, type SortOptions, SortOrder } from './sort-direction.js'

/**
 * The smallest value first: for one key of several, or to place its nulls. pandas: `ascending=True`.
 *
 * @example df.sortBy(asc('Ticker'), desc('Close'))
 * @throws ERR_INVALID_ARGUMENT unless it is a column's name or an expression
 */
export function asc(key: string | Typed<any, 'row'>, options?: SortKeyOptions): SortOrder {
  return makeOrder(key, false, options, 'asc')
}

/**
 * The largest value first; nulls still last unless said otherwise. pandas: `ascending=False`; Polars: `descending=True`.
 *
 * @example df.sortBy(desc('Close', { nulls: 'first' }))
 * @throws ERR_INVALID_ARGUMENT unless it is a column's name or an expression
 */
export function desc(key: string | Typed<any, 'row'>, options?: SortKeyOptions): SortOrder {
  return makeOrder(key, true, options, 'desc')
}

const nullsOption = oneOf<'first' | 'last'>('first', 'last')

function makeOrder(key: unknown, descending: boolean, options: unknown, method: string): SortOrder {
  const { nulls } = readOptions<SortKeyOptions>(options, method, { nulls: nullsOption })
  return new SortOrder(checkKey(key, method), descending, nulls)
}

function checkKey(key: unknown, method: string): string | ExprNode {
  if (typeof key === 'string') return key
  if (ExpressionBuilder.isExpression(key)) return ExpressionBuilder.nodeOf(key)
  throw invalidArgument("a column's name or an expression", method, key)
}

/** The plan sorted by `by`, whose last item may be options. `method` and `descending` say who asks and what it assumes. */
export function sortPlan(
  plan: PlanNode,
  by: readonly unknown[],
  method: string,
  descending = false,
  rows?: number,
): PlanNode {
  const last = by.at(-1)
  const hasOptions =
    typeof last === 'object' &&
    last !== null &&
    !Array.isArray(last) &&
    !SortOrder.isOrder(last) &&
    !ExpressionBuilder.isExpression(last)
  const options = readOptions<SortOptions>(hasOptions ? last : undefined, method, {
    descending: boolean,
    nulls: nullsOption,
  })
  const given = hasOptions ? by.slice(0, -1) : by
  const list = given.length === 1 && Array.isArray(given[0]) ? (given[0] as unknown[]) : given
  if (list.length === 0) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', `${method} needs at least one key`, {
      hint: `as in ${method === 'topK' ? "topK(10, 'Close')" : "sortBy('Date', desc('Close'))"}`,
    })
  }
  const orders = list.map(item => readOrder(item, method, { descending, ...options }))
  return sortByOrders(plan, orders, rows)
}

interface Order {
  readonly key: string | ExprNode
  readonly descending: boolean
  readonly nulls?: 'first' | 'last'
}

function readOrder(item: unknown, method: string, defaults: SortOptions & { descending: boolean }): Order {
  if (SortOrder.isOrder(item)) return { ...defaults, ...SortOrder.read(item) }
  return { ...defaults, key: checkKey(item, method) }
}

// Expressions are computed into columns that only the sort sees.
function sortByOrders(plan: PlanNode, orders: readonly Order[], rows: number | undefined): PlanNode {
  const { schema } = plan
  const taken = new Set(schema.names)
  const computed: { name: string; expr: ExprNode }[] = []
  const keys = orders.map(({ key, descending, nulls = 'last' }): SortKey => {
    if (typeof key === 'string') return { column: schema.field(key).name, descending, nulls }
    const expr = bindExpression(key, schema)
    if (expr.op === 'col') return { column: expr.extra[0] as string, descending, nulls }
    const column = unusedName(`sort key ${computed.length}`, taken)
    computed.push({ name: column, expr })
    return { column, descending, nulls }
  })
  if (computed.length === 0) return sortNode(plan, keys, schema.names, rows)
  const kept = keepColumns(plan, schema.names).columns
  return sortNode(projectRows(plan, [...kept, ...computed]), keys, schema.names, rows)
}
