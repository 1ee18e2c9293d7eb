// Window functions: a value for each row from the other rows of its partition. One kind of node for all of them, whose
// arguments are the function's, then the partition's keys, then what orders it; `hoist-windows.ts` turns them into steps.
import { type DataType, dataType, isFloat, isNumeric, isTemporal, isText } from '../../core/dtypes.js'
import { MillraceError } from '../../core/errors.js'
import { type AggregateParameters, aggregates, isAggregate } from './aggregate.js'
import type { Family } from './family.js'
import { type ExprNode, freezeNode, type Json } from './node.js'
import { typeError } from './type-error.js'
import { postOrder } from './walk.js'

export const rankMethods = Object.freeze(['average', 'min', 'max', 'dense', 'ordinal'] as const)
export type RankMethod = (typeof rankMethods)[number]

export type ClosedEnd = 'left' | 'right' | 'both' | 'none'

/** The rows around each row that an aggregate is of. */
export interface RollingParameters {
  /** That many, or else those of a period of time before the row. */
  readonly rows?: number
  /** As written, until the type of the times is known; then ticks, as decimal text. */
  readonly period?: string
  readonly closed?: ClosedEnd
  readonly center?: boolean
  readonly minPeriods: number
}

/** What a window function is told, absent where it has its default. */
export interface WindowParameters extends AggregateParameters {
  /** shift, diff, pctChange: rows towards the end. */
  readonly offset?: number
  /** fillForward, fillBackward. */
  readonly limit?: number
  /** rank. */
  readonly method?: RankMethod
  readonly descending?: boolean
  readonly rolling?: RollingParameters
}

export interface WindowOrder {
  readonly descending: boolean
  readonly nulls: 'first' | 'last'
}

/** The one parameter of a window node. */
export interface WindowSpec {
  readonly function: string
  readonly parameters: WindowParameters
  /** How many of the arguments are keys. */
  readonly keys: number
  /** One for each of the last arguments, which order the rows of a partition. */
  readonly order: readonly WindowOrder[]
  /** Whether `over` was called: another one leaves it alone. */
  readonly over: boolean
}

export const isWindow = (node: ExprNode): boolean => node.op === 'window'

/** Precondition: a window node. */
export const windowSpec = (node: ExprNode): WindowSpec => node.extra[0] as unknown as WindowSpec

/** A window node's arguments by what they are for. */
export function windowParts(node: ExprNode): {
  values: readonly ExprNode[]
  keys: readonly ExprNode[]
  order: readonly ExprNode[]
} {
  const { keys, order } = windowSpec(node)
  const values = node.args.length - keys - order.length
  return {
    values: node.args.slice(0, values),
    keys: node.args.slice(values, values + keys),
    order: node.args.slice(values + keys),
  }
}

/** The parameters as people read them: `offset=2`. */
export function parameterTexts({ rolling, ...parameters }: WindowParameters): string[] {
  return Object.entries({ ...rolling, ...parameters }).map(([key, value]) => `${key}=${value}`)
}

/** The parameter of a window function over the whole frame, for `expression('window', values, [spec])`. */
export function wholeFrame(fn: string, parameters: WindowParameters = {}): Json {
  return { function: fn, parameters: { ...parameters }, keys: 0, order: [], over: false } as unknown as Json
}

export const windows: Family = {
  ops: ['window'],
  type: (_op, args, extra) => resultType(extra[0] as unknown as WindowSpec, args),
}

const integer: DataType = dataType('int64', false)

function resultType(spec: WindowSpec, args: readonly ExprNode[]): DataType {
  const { function: fn, parameters } = spec
  const value = args[0] as ExprNode
  if (parameters.rolling) return rollingType(spec, args)
  switch (fn) {
    case 'rowNumber':
    case 'size':
    case 'cumCount':
      return integer
    case 'rank':
      return dataType(
        (parameters.method ?? 'average') === 'average' ? 'float64' : 'int64',
        value.type.nullable,
      )
    case 'shift':
    case 'fillForward':
    case 'fillBackward':
    case 'cumMin':
    case 'cumMax':
      return kept(fn, args.slice(0, args.length - spec.keys - spec.order.length))
    case 'diff':
      return dataType(needsDifference(value) ? 'int64' : 'float64', true)
    case 'pctChange':
    case 'interpolate':
      needsNumber(fn, value)
      return dataType('float64', fn === 'pctChange' || value.type.nullable)
    case 'cumSum':
    case 'cumProd':
      return dataType(aggregates.type('sum', [value], []).dtype, value.type.nullable)
    default:
      return overPartition(fn, args.slice(0, args.length - spec.keys - spec.order.length))
  }
}

// The type of the value. A shift leaves rows without one, unless something is put there.
function kept(fn: string, values: readonly ExprNode[]): DataType {
  const [value, fill] = values as [ExprNode, ExprNode | undefined]
  const { dtype, nullable } = value.type
  if (dtype === 'null') {
    throw new MillraceError('ERR_TYPE', `${fn} of a null without a type`, {
      hint: "give it one: lit(null).cast('float64')",
    })
  }
  return dataType(dtype, nullable || (fn === 'shift' && (fill?.type.nullable ?? true)))
}

// Fewer values than asked for give null. The times of a window by time stand behind the value.
function rollingType(
  { function: fn, parameters, keys, order }: WindowSpec,
  args: readonly ExprNode[],
): DataType {
  const [value, times] = args.slice(0, args.length - keys - order.length) as [ExprNode, ExprNode | undefined]
  if (times && !isTemporal(times.type.dtype)) {
    throw typeError('rolling by time needs a date or timestamp, not', [times], 'cast it first')
  }
  if ((fn === 'min' || fn === 'max') && isText(value.type.dtype)) {
    throw typeError(`a rolling ${fn} needs a number or date, not`, [value], 'cast it first')
  }
  return dataType(
    aggregates.type(fn, [value], []).dtype,
    (parameters.rolling as RollingParameters).minPeriods > 0,
  )
}

function needsDifference(value: ExprNode): boolean {
  const { dtype } = value.type
  if (isFloat(dtype)) return false
  if (isNumeric(dtype) || isTemporal(dtype)) return true
  throw typeError('diff needs a number or date, not', [value], 'cast it first')
}

function needsNumber(fn: string, value: ExprNode): void {
  if (isNumeric(value.type.dtype)) return
  throw typeError(`${fn} needs a number, not`, [value], 'cast it first')
}

// Every partition has the row that asks, so what only nothing would make null is not null here.
function overPartition(fn: string, values: readonly ExprNode[]): DataType {
  return aggregates.type(fn, values, [])
}

/** Throws ERR_TYPE when an argument is aggregated. */
export function freezeWindow(args: readonly ExprNode[], extra: readonly Json[], type: DataType): ExprNode {
  const fn = (extra[0] as unknown as WindowSpec).function
  if (args.some(arg => arg.mode === 'agg')) {
    throw new MillraceError('ERR_TYPE', `${fn} needs a value per row, but its operand is aggregated`, {
      hint: 'give the aggregate a value for each row first, with over(): c.Close.sum().over().cumSum()',
    })
  }
  return freezeNode('window', args, extra, type, 'row')
}

/** Whether some window function stands in the expressions. */
export const hasWindow = (roots: readonly ExprNode[]): boolean => postOrder(roots).some(isWindow)

/** Whether `over` has something to say: an aggregate, or a window function over the whole frame. */
export const takesOver = (node: ExprNode): boolean =>
  isAggregate(node) || (isWindow(node) && !windowSpec(node).over)
