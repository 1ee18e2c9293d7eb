import { type DataType, dataType } from '../../core/dtypes.js'
import type { Family } from './family.js'
import { typeError } from './type-error.js'

/** Kleene logic: false and null is false, true or null is true, everything else with null is null. */
export const logic: Family = {
  ops: ['and', 'or', 'xor', 'not'],
  fixed: dataType('bool', true),

  type(op, args): DataType {
    for (const arg of args) {
      if (arg.type.dtype !== 'bool' && arg.type.dtype !== 'null') {
        throw typeError(`${op} needs a condition, not`, [arg], 'make one by comparing: c.Open.gt(0)')
      }
    }
    return dataType(
      'bool',
      args.some(arg => arg.type.nullable),
    )
  },
}
