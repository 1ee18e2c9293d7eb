import { type DataType, type DType, dataType } from '../../core/dtypes.js'
import type { Family } from './family.js'
import { literal, memberOf, typedLiteral } from './literal.js'
import type { ExprNode, Json } from './node.js'

// The list is kept as it was given, one [dtype, value] pair a member, because the column's type may only become known,
// or change, when the expression is bound. `membersOf` gives its form for the plan.

/** Whether a value is one of a list; null where the value is. A null in the list matches nothing. */
export const membership: Family = {
  ops: ['isIn'],
  fixed: dataType('bool', true),

  type(_op, args, extra): DataType {
    const subject = args[0] as ExprNode
    convert(subject.type.dtype, extra)
    return dataType('bool', subject.type.nullable)
  },
}

/** JavaScript values as the parameter of an isIn node. */
export function memberPairs(values: readonly unknown[]): Json {
  return values.map((value, i) => {
    const node = literal(value, `isIn value ${i}`)
    return node.op === 'neg' ? ['int64', '0'] : node.extra
  })
}

/** The members that the column can equal at all, in the JSON form of its type. Precondition: the node is bound. */
export function membersOf(node: ExprNode): Json[] {
  return convert((node.args[0] as ExprNode).type.dtype, node.extra)
}

function convert(dtype: string, extra: readonly Json[]): Json[] {
  const members: Json[] = []
  for (const pair of extra[0] as readonly (readonly [DType | 'null', Json])[]) {
    if (pair[0] === 'null') continue
    const member = memberOf(typedLiteral(pair[0], pair[1]), dtype)
    if (member !== undefined) members.push(member)
  }
  return members
}
