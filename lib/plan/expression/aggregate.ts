import { type DataType, dataType, isFloat, isNumeric } from '../../core/dtypes.js'
import { MillraceError } from '../../core/errors.js'
import type { Family } from './family.js'
import { type ExprNode, freezeNode, type Json } from './node.js'
import { typeError } from './type-error.js'

export const aggregateFunctions = Object.freeze([
  'count',
  'size',
  'sum',
  'mean',
  'min',
  'max',
  'std',
  'var',
  'first',
  'last',
  'nUnique',
  'approxNUnique',
  'median',
  'quantile',
  'any',
  'all',
  'corr',
] as const)
export type AggregateFunction = (typeof aggregateFunctions)[number]

/** Parameters of an aggregate function, absent where they have their defaults. */
export interface AggregateParameters {
  readonly ddof?: number
  readonly quantile?: number
  readonly skipNulls?: boolean
}

/** Those whose results are numbers of rows or values. */
export const counts: ReadonlySet<string> = new Set(['size', 'count', 'nUnique', 'approxNUnique'])

const functions: ReadonlySet<string> = new Set(aggregateFunctions)

export const isAggregate = (node: ExprNode): boolean => functions.has(node.op)

/** Many values to one. They stand in expressions until `lower-aggregates.ts` turns them into a plan step. */
export const aggregates: Family = {
  ops: aggregateFunctions,

  type(op, args): DataType {
    if (counts.has(op)) return dataType('int64', false)
    const { dtype, nullable } = (args[0] as ExprNode).type
    switch (op) {
      case 'min':
      case 'max':
      case 'first':
      case 'last':
        return dataType(dtype, nullable)
      case 'any':
      case 'all':
        if (dtype !== 'bool')
          throw typeError(`${op} needs a condition, not`, args, 'make one by comparing: c.Open.gt(0)')
        return dataType('bool', false)
      case 'corr':
        numericAggregate(op, (args[1] as ExprNode).type.dtype, nullable, args.slice(1))
        numericAggregate(op, dtype, nullable, args)
        return dataType('float64', true)
      default:
        return numericAggregate(op, dtype, nullable, args)
    }
  },
}

function numericAggregate(op: string, dtype: string, nullable: boolean, args: readonly ExprNode[]): DataType {
  if (!isNumeric(dtype) && dtype !== 'bool') {
    throw typeError(
      `${op} needs a number, not`,
      args,
      'count, nUnique, min, max, first and last take any type',
    )
  }
  if (op === 'sum')
    return dataType(isFloat(dtype) ? 'float64' : dtype === 'uint64' ? 'uint64' : 'int64', false)
  // One value has no spread, so std and var can be null even where no input is.
  return dataType('float64', nullable || op === 'std' || op === 'var')
}

/** Throws ERR_TYPE when the argument is itself aggregated. */
export function freezeAggregate(
  op: string,
  args: readonly ExprNode[],
  extra: readonly Json[],
  type: DataType,
): ExprNode {
  if (args.some(arg => arg.mode === 'agg')) {
    throw new MillraceError('ERR_TYPE', `${op} of a value that is already aggregated`, {
      hint: 'one aggregate per value: group and aggregate first, then aggregate the result in a second step',
    })
  }
  return freezeNode(op, args, extra, type, 'agg')
}
