// What the window functions are told, checked.
import { invalidArgument } from '../../core/errors.js'
import { boolean, integer, type OptionReader, oneOf, readOptions } from '../../core/options.js'
import type { ExprNode } from '../../plan/expression/node.js'
import type { OrderExpr } from '../../plan/expression/over.js'
import { rankMethods, type WindowParameters } from '../../plan/expression/window.js'
import { SortOrder } from '../sort-direction.js'
import type { FillOptions, OverOptions, RankOptions } from './window-methods.js'

export function readRank(options: unknown): WindowParameters {
  return readOptions<RankOptions>(options, 'rank', { method: oneOf(...rankMethods), descending: boolean })
}

export function readShift(options: unknown): { fill?: unknown } {
  return readOptions<{ fill?: unknown }>(options, 'shift', { fill: anything })
}

export function readFill(options: unknown, method: string): WindowParameters {
  return readOptions<FillOptions>(options, method, { limit: integer(0) })
}

export function readOffset(rows: unknown, method: string): number {
  if (Number.isSafeInteger(rows)) return rows as number
  throw invalidArgument('a whole number', `the rows of ${method}`, rows)
}

const anything: OptionReader<unknown> = value => value

type ToNode = (key: unknown, name: string) => ExprNode

/** The keys and the order of `over`: names, expressions, lists of them, and options at the end. */
export function readOver(
  given: readonly unknown[],
  isExpression: (value: unknown) => boolean,
  toNode: ToNode,
): { keys: ExprNode[]; order: OrderExpr[] } {
  const last = given.at(-1)
  const hasOptions =
    typeof last === 'object' &&
    last !== null &&
    !Array.isArray(last) &&
    !isExpression(last) &&
    !SortOrder.isOrder(last)
  const { orderBy = [] } = readOptions<{ orderBy?: unknown }>(hasOptions ? last : undefined, 'over', {
    orderBy: anything,
  } satisfies Record<keyof OverOptions, unknown>)
  const keys = (hasOptions ? given.slice(0, -1) : given).flat(1)
  return {
    keys: keys.map(key => toNode(key, 'the keys of over')),
    order: [orderBy].flat(1).map(key => readOrder(key, toNode)),
  }
}

function readOrder(item: unknown, toNode: ToNode): OrderExpr {
  const name = 'over option orderBy'
  if (!SortOrder.isOrder(item)) return { expr: toNode(item, name), descending: false, nulls: 'last' }
  const { key, descending, nulls = 'last' } = SortOrder.read(item)
  return { expr: typeof key === 'string' ? toNode(key, name) : key, descending, nulls }
}
