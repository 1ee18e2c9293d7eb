import { type DataType, dataType, isNumeric, isTemporal, isText } from '../../core/dtypes.js'
import type { Family } from './family.js'
import { literalAs } from './literal.js'
import type { ExprNode } from './node.js'
import { typeError } from './type-error.js'

/** `eqMissing` takes two nulls as equal, so it is never null; the others are null where either side is. */
export const comparison: Family = {
  ops: ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'eqMissing', 'between'],
  fixed: dataType('bool', true),

  adapt(_op, args) {
    const subject = args.find(arg => arg.op !== 'lit') ?? (args[0] as ExprNode)
    return args.map(arg => literalAs(arg, subject.type.dtype))
  },

  type(op, args): DataType {
    const [subject, ...others] = args as [ExprNode, ...ExprNode[]]
    for (const other of others) {
      if (!comparable(subject.type.dtype, other.type.dtype)) {
        throw typeError(`${op} cannot compare`, [subject, other], compareHint(subject, other))
      }
    }
    return dataType('bool', op !== 'eqMissing' && args.some(arg => arg.type.nullable))
  },
}

function comparable(a: string, b: string): boolean {
  if (a === 'null' || b === 'null') return true
  return (
    a === b || (isNumeric(a) && isNumeric(b)) || (isText(a) && isText(b)) || (isTemporal(a) && isTemporal(b))
  )
}

function compareHint(a: ExprNode, b: ExprNode): string {
  const text = isText(a.type.dtype) || isText(b.type.dtype)
  const number = isNumeric(a.type.dtype) || isNumeric(b.type.dtype)
  if (text && number) return "cast one side, as in c.Code.cast('float64'), or give the file a schema"
  return 'compare values of the same kind, or cast one side'
}
