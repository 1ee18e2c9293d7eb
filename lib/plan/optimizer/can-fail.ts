import { isInteger, isTemporal, isText } from '../../core/dtypes.js'
import type { ExprNode } from '../expression/node.js'
import { isPattern } from '../expression/pattern.js'
import { postOrder } from '../expression/walk.js'

const checked: ReadonlySet<string> = new Set([
  'add',
  'sub',
  'mul',
  'floorDiv',
  'mod',
  'neg',
  'abs',
  'epoch',
  'round',
  'truncateTo',
  'roundTo',
  'monthStart',
  'monthEnd',
  'offsetBy',
  'addMonths',
  'timeDiff',
  'parseTime',
  'toZone',
  'fromZone',
  'fromZoneNear',
])

/**
 * Whether evaluating the expression on some row may be an error (an overflow, a cast that does not fit). Such an
 * expression must not see rows that an earlier filter removes.
 */
export function canFail(root: ExprNode): boolean {
  return postOrder([root]).some(node => {
    if (node.op === 'cast') return !isSafeCast((node.args[0] as ExprNode).type.dtype, node.type.dtype)
    // One that takes too long, which is also why others go first.
    if (isPattern(node)) return true
    return checked.has(node.op) && (isInteger(node.type.dtype) || isTemporal(node.type.dtype))
  })
}

function isSafeCast(from: string, to: string): boolean {
  return from === to || isText(to) || (to === 'float64' && !isText(from))
}
