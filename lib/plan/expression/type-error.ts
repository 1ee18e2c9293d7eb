import { typeText } from '../../core/dtypes.js'
import { MillraceError } from '../../core/errors.js'
import { formatExpr } from './format.js'
import type { ExprNode } from './node.js'

/** "gt cannot compare Close (float64) with Name (utf8)" and what to do. */
export function typeError(does: string, args: readonly ExprNode[], hint: string): MillraceError {
  const operands = args.map(arg => `${formatExpr(arg, 60)} (${typeText(arg.type)})`)
  const column = args.find(arg => arg.op === 'col')?.extra[0] as string | undefined
  return new MillraceError('ERR_TYPE', `${does} ${operands.join(' with ')}`, { hint, column })
}
