import { type DataType, unknownType } from '../../core/dtypes.js'
import { type ExprNode, freezeNode } from './node.js'

/** A column by name. Without a type it is unknown until the expression is bound to a frame. */
export function columnRef(name: string, type: DataType = unknownType): ExprNode {
  return freezeNode('col', [], [name], type, 'row')
}
