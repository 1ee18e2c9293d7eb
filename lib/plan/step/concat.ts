import { dataType } from '../../core/dtypes.js'
import { Schema } from '../../core/schema.js'
import { depthAboveAll, type PlanBase, type PlanNode } from './node.js'

/** The rows of several tables, one table after another. */
export interface ConcatNode extends PlanBase {
  readonly kind: 'concat'
  readonly inputs: readonly PlanNode[]
}

/** Precondition: the same column names and dtypes, in the same order. */
export function concatNode(inputs: readonly PlanNode[]): ConcatNode {
  const [first] = inputs as readonly [PlanNode, ...PlanNode[]]
  const fields = first.schema.fields.map(({ name, type }) => ({
    name,
    type: dataType(
      type.dtype,
      inputs.some(({ schema }) => schema.field(name).type.nullable),
    ),
  }))
  return Object.freeze({
    kind: 'concat' as const,
    inputs: Object.freeze([...inputs]),
    schema: new Schema(fields),
    depth: depthAboveAll(inputs),
  })
}
