import { dataType } from '../../core/dtypes.js'
import { Schema } from '../../core/schema.js'
import { depthAbove, type PlanBase, type PlanNode } from './node.js'

/** Each row as often as an int64 column says, one behind the other; in that column then stands which of them it is. */
export interface RepeatNode extends PlanBase {
  readonly kind: 'repeat'
  readonly input: PlanNode
  /** The column of counts, which becomes that of the numbers from 0. */
  readonly counts: string
}

export function repeatNode(input: PlanNode, counts: string): RepeatNode {
  const fields = input.schema.fields.map(field =>
    field.name === counts ? { name: counts, type: dataType('int64', false) } : field,
  )
  return Object.freeze({
    kind: 'repeat' as const,
    input,
    counts,
    schema: new Schema(fields),
    depth: depthAbove(input),
  })
}
