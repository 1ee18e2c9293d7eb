import { type DataType, dataType } from '../../core/dtypes.js'
import { invalidArgument, MillraceError } from '../../core/errors.js'
import { Schema } from '../../core/schema.js'
import { type AggregateFunction, type AggregateParameters, isAggregate } from '../expression/aggregate.js'
import { bindExpression } from '../expression/expression.js'
import type { ExprNode } from '../expression/node.js'
import { depthAbove, type PlanBase, type PlanNode } from './node.js'
import type { NamedExpr } from './project.js'

/** `key`: ascending keys, nulls last. `first`: order of first appearance. `none`: any, and the fastest. */
export type GroupOrder = 'key' | 'first' | 'none'

export interface NamedAggregate {
  readonly name: string
  readonly function: AggregateFunction
  /** Absent for `size`. */
  readonly argument?: ExprNode
  /** corr: the other column. */
  readonly second?: ExprNode
  readonly parameters: AggregateParameters
  readonly type: DataType
}

/** One row a group; without keys, one row over everything. */
export interface AggregateNode extends PlanBase {
  readonly kind: 'aggregate'
  readonly input: PlanNode
  readonly keys: readonly NamedExpr[]
  readonly aggregates: readonly NamedAggregate[]
  readonly order: GroupOrder
  readonly dropNulls: boolean
}

export interface Grouping {
  readonly keys: readonly NamedExpr[]
  readonly order: GroupOrder
  readonly dropNulls: boolean
}

export function aggregateNode(
  input: PlanNode,
  grouping: Grouping,
  aggregates: readonly NamedAggregate[],
): AggregateNode {
  const { keys, order, dropNulls } = grouping
  const keyFields = keys.map(({ name, expr }) => ({
    name,
    type: dropNulls ? dataType(expr.type.dtype, false) : expr.type,
  }))
  return Object.freeze({
    kind: 'aggregate' as const,
    input,
    keys: Object.freeze([...keys]),
    aggregates: Object.freeze([...aggregates]),
    order,
    dropNulls,
    schema: new Schema([...keyFields, ...aggregates.map(({ name, type }) => ({ name, type }))]),
    depth: depthAbove(input),
  })
}

/** The expressions that an aggregate is computed from. */
export const argumentsOf = ({ argument, second }: NamedAggregate): ExprNode[] =>
  [argument, second].filter(part => part !== undefined)

/** An aggregate expression such as `mean(Open)` as a named part of an aggregate step. */
export function namedAggregate(name: string, node: ExprNode, input: Schema, keyed: boolean): NamedAggregate {
  const bound = bindExpression(node, input)
  if (!isAggregate(bound)) throw invalidArgument('an aggregate', name, bound.op)
  const [argument, second] = bound.args
  return Object.freeze({
    name,
    function: bound.op as AggregateFunction,
    ...(argument && { argument: checkArgument(argument, bound.op) }),
    ...(second && { second: checkArgument(second, bound.op) }),
    parameters: (bound.extra[0] ?? {}) as AggregateParameters,
    type: keyed ? bound.type : overNothing(bound),
  })
}

function checkArgument(argument: ExprNode, op: string): ExprNode {
  if (argument.type.dtype !== 'null') return argument
  throw new MillraceError('ERR_TYPE', `${op} of a null without a type`, {
    hint: "give it one: lit(null).cast('float64')",
  })
}

// Without keys there may be no row at all; then only these have a value.
const definedForNothing: ReadonlySet<string> = new Set([
  'count',
  'size',
  'sum',
  'nUnique',
  'approxNUnique',
  'any',
  'all',
])

function overNothing(node: ExprNode): DataType {
  return dataType(node.type.dtype, node.type.nullable || !definedForNothing.has(node.op))
}
