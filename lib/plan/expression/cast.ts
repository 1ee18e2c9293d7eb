import { type DataType, type DType, dataType, isNumeric, isTemporal, isText } from '../../core/dtypes.js'
import type { Family } from './family.js'
import type { ExprNode } from './node.js'
import { typeError } from './type-error.js'

/** Checked conversion: a value that does not fit is ERR_CAST when the query runs. */
export const cast: Family = {
  ops: ['cast'],

  type(_op, args, extra): DataType {
    const to = extra[0] as DType
    const { dtype, nullable } = (args[0] as ExprNode).type
    if (!castable(dtype, to))
      throw typeError(`cast to ${to} is not possible for`, args, 'cast to utf8 or int64 on the way')
    return dataType(to, nullable)
  },
}

function castable(from: string, to: string): boolean {
  if (from === to || from === 'null' || isText(from)) return true
  if (isNumeric(from) || from === 'bool') {
    const whole = from.includes('int')
    return isNumeric(to) || to === 'bool' || isText(to) || (whole && isTemporal(to))
  }
  return isTemporal(to) || isText(to) || to.includes('int')
}
