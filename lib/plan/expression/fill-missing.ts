import { isNumeric } from '../../core/dtypes.js'
import { adaptBranches, commonType } from './common-type.js'
import { expression } from './expression.js'
import { floatJson, literalValue, typedLiteral } from './literal.js'
import type { ExprNode } from './node.js'
import { typeError } from './type-error.js'

/**
 * `subject` with `value` in place of its nulls, of the same type. Throws ERR_TYPE when the value does not fit: a fraction
 * does not go into an integer column. The error begins with what asks for it.
 */
export function fillMissing(subject: ExprNode, value: ExprNode, asker = 'fillNull'): ExprNode {
  const branches = adaptBranches([subject, roundedFor(subject, value)])
  commonType(`${asker} cannot fill`, branches, 'give a value of the same kind, or cast the column first')
  const filled = expression('coalesce', branches)
  if (subject.type.dtype === 'dict' && filled.type.dtype === 'utf8')
    return expression('cast', [filled], ['dict'])
  if (filled.type.dtype === subject.type.dtype || subject.type.dtype === 'unknown') return filled
  throw typeError(
    `${asker} cannot keep the type of`,
    [subject, value],
    "cast the column first: c.Volume.cast('float64')",
  )
}

// The nearest float32 is as good as any literal can be in a float32 column.
function roundedFor(subject: ExprNode, value: ExprNode): ExprNode {
  if (subject.type.dtype !== 'float32' || value.op !== 'lit' || !isNumeric(value.type.dtype)) return value
  return typedLiteral('float32', floatJson(Math.fround(Number(literalValue(value)))))
}
