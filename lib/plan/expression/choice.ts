import type { DataType } from '../../core/dtypes.js'
import { adaptBranches, commonType, orNullable } from './common-type.js'
import type { Family } from './family.js'
import type { ExprNode } from './node.js'
import { typeError } from './type-error.js'

/** The first value whose condition is true, else the last argument: `cond, value, cond, value, ..., otherwise`. */
export const choice: Family = {
  ops: ['when'],

  adapt(_op, args) {
    const values = adaptBranches(args.filter((_, i) => isValue(i, args)))
    let next = 0
    return args.map((arg, i) => (isValue(i, args) ? (values[next++] as ExprNode) : arg))
  },

  type(op, args): DataType {
    for (const [i, arg] of args.entries()) {
      if (!isValue(i, args) && arg.type.dtype !== 'bool' && arg.type.dtype !== 'null') {
        throw typeError('when needs a condition, not', [arg], 'make one by comparing: when(c.Open.gt(0))')
      }
    }
    const values = args.filter((_, i) => isValue(i, args))
    return orNullable(
      commonType(`${op} cannot choose between`, values),
      values.some(value => value.type.nullable),
    )
  },
}

const isValue = (i: number, args: readonly ExprNode[]): boolean => i % 2 === 1 || i === args.length - 1
