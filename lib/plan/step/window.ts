import type { DataType } from '../../core/dtypes.js'
import { Schema } from '../../core/schema.js'
import type { WindowParameters } from '../expression/window.js'
import { depthAbove, type PlanBase, type PlanNode } from './node.js'
import type { SortKey } from './sort.js'

export interface WindowColumn {
  readonly name: string
  readonly function: string
  /** The column that it is computed from; absent for rowNumber and size. */
  readonly column?: string
  readonly parameters: WindowParameters
  readonly type: DataType
}

export interface Windowing {
  /** Rows with equal keys are one partition; without keys all rows are. */
  readonly keys: readonly string[]
  /** The order in each partition; ties, and all without it, as the rows come. */
  readonly order: readonly SortKey[]
  readonly columns: readonly WindowColumn[]
  /** Only so many rows of each partition stay, the first ones in its order; absent: all. */
  readonly first?: number
}

/** Adds columns computed by partition. Rows keep their order. */
export interface WindowNode extends PlanBase, Windowing {
  readonly kind: 'window'
  readonly input: PlanNode
}

/** Precondition: the keys and columns exist in the input, the new names do not. */
export function windowNode(input: PlanNode, { keys, order, columns, first }: Windowing): WindowNode {
  return Object.freeze({
    kind: 'window' as const,
    input,
    keys: Object.freeze([...keys]),
    order: Object.freeze([...order]),
    columns: Object.freeze([...columns]),
    ...(first !== undefined && { first }),
    schema: new Schema([...input.schema.fields, ...columns.map(({ name, type }) => ({ name, type }))]),
    depth: depthAbove(input),
  })
}
