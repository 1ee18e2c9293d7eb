import { type DataType, dataType, isFloat, isNumeric } from '../../core/dtypes.js'
import { adaptBranches, commonType, orNullable } from './common-type.js'
import type { Family } from './family.js'
import { literalAs } from './literal.js'
import type { ExprNode } from './node.js'
import { typeError } from './type-error.js'

/** Tests for missing values; never null themselves, but for isNaN of null. */
export const nullTests: Family = {
  ops: ['isNull', 'isNotNull', 'isNaN'],
  fixed: dataType('bool', true),

  type(op, args): DataType {
    const { dtype, nullable } = (args[0] as ExprNode).type
    if (op !== 'isNaN') return dataType('bool', false)
    if (!isNumeric(dtype))
      throw typeError('isNaN needs a number, not', args, 'use isNull() for missing values')
    return dataType('bool', nullable)
  },
}

/** Replacement of null and of NaN. */
export const nullFilling: Family = {
  ops: ['coalesce', 'fillNaN'],

  adapt(op, args) {
    if (op === 'coalesce') return adaptBranches(args)
    return [args[0] as ExprNode, literalAs(args[1] as ExprNode, 'float64')]
  },

  type(op, args): DataType {
    if (op === 'coalesce')
      return orNullable(
        commonType('coalesce cannot choose between', args),
        args.every(arg => arg.type.nullable),
      )
    const [subject, fill] = args as [ExprNode, ExprNode]
    if (!isFloat(subject.type.dtype)) {
      throw typeError(
        'fillNaN needs a float column, not',
        [subject],
        'use fillNull(value) for missing values',
      )
    }
    if (!isNumeric(fill.type.dtype) && fill.type.dtype !== 'null') {
      throw typeError('fillNaN cannot fill', args, 'give a number, or null')
    }
    return dataType(commonType('fillNaN cannot fill', args), subject.type.nullable || fill.type.nullable)
  },
}
