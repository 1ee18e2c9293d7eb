import { Schema } from '../../core/schema.js'
import { depthAbove, type PlanBase, type PlanNode } from './node.js'

export interface SortKey {
  readonly column: string
  readonly descending: boolean
  readonly nulls: 'first' | 'last'
}

/** Orders the rows, stably. With `rows` it keeps only the first of them, which needs no sort of all. */
export interface SortNode extends PlanBase {
  readonly kind: 'sort'
  readonly input: PlanNode
  readonly keys: readonly SortKey[]
  /** The columns that come out: keys that nobody reads later are left behind. */
  readonly columns: readonly string[]
  readonly rows?: number
}

/** Precondition: the keys and columns exist in the input. */
export function sortNode(
  input: PlanNode,
  keys: readonly SortKey[],
  columns: readonly string[] = input.schema.names,
  rows?: number,
): SortNode {
  return Object.freeze({
    kind: 'sort' as const,
    input,
    keys: Object.freeze([...keys]),
    columns: Object.freeze([...columns]),
    ...(rows !== undefined && { rows }),
    schema: new Schema(columns.map(name => input.schema.field(name))),
    depth: depthAbove(input),
  })
}
