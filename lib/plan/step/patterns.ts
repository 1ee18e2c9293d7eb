import type { DataType } from '../../core/dtypes.js'
import { Schema } from '../../core/schema.js'
import type { PatternSpec } from '../expression/pattern.js'
import { depthAbove, type PlanBase, type PlanNode } from './node.js'

export interface PatternColumn {
  readonly name: string
  /** The texts. */
  readonly column: string
  readonly spec: PatternSpec
  readonly type: DataType
}

/**
 * Adds columns that JavaScript computes from texts, row by row. The engine cannot run it: before a query starts, workers
 * do, batch by batch, and the rows that come out take the step's place.
 */
export interface PatternsNode extends PlanBase {
  readonly kind: 'patterns'
  readonly input: PlanNode
  /** The columns of the input that stay. */
  readonly kept: readonly string[]
  readonly columns: readonly PatternColumn[]
}

/** Precondition: the columns exist in the input, the new names are not kept ones. */
export function patternsNode(
  input: PlanNode,
  kept: readonly string[],
  columns: readonly PatternColumn[],
): PatternsNode {
  const fields = kept.map(name => input.schema.field(name))
  return Object.freeze({
    kind: 'patterns' as const,
    input,
    kept: Object.freeze([...kept]),
    columns: Object.freeze([...columns]),
    schema: new Schema([...fields, ...columns.map(({ name, type }) => ({ name, type }))]),
    depth: depthAbove(input),
  })
}
