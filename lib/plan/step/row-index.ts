import { dataType } from '../../core/dtypes.js'
import { Schema } from '../../core/schema.js'
import { depthAbove, type PlanBase, type PlanNode } from './node.js'

/** Numbers the rows from 0, in a first column. */
export interface RowIndexNode extends PlanBase {
  readonly kind: 'rowIndex'
  readonly input: PlanNode
  readonly name: string
}

/** Throws ERR_DUPLICATE_COLUMN. */
export function rowIndexNode(input: PlanNode, name: string): RowIndexNode {
  return Object.freeze({
    kind: 'rowIndex' as const,
    input,
    name,
    schema: new Schema([{ name, type: dataType('int64', false) }, ...input.schema.fields]),
    depth: depthAbove(input),
  })
}
