// Expression nodes: frozen, shareable, engine-neutral. A node is an operation over argument nodes with literal
// parameters; its dtype, mode and depth are known when it is made. All walks over nodes are loops (`walk.ts`), so depth
// costs no stack, and nodes that are shared are visited once.
import type { DataType } from '../../core/dtypes.js'
import { MillraceError } from '../../core/errors.js'

/**
 * `row`: one value a row. `agg`: one value a group. `lit`: constant, goes with either.
 */
export type Mode = 'row' | 'agg' | 'lit'

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

export interface ExprNode {
  /** The operation's name in the plan format, or an aggregate function. */
  readonly op: string
  readonly args: readonly ExprNode[]
  /** Literal parameters, written behind the arguments in the plan. */
  readonly extra: readonly Json[]
  readonly type: DataType
  readonly mode: Mode
  readonly depth: number
}

/** Nothing sensible is this deep, and every stage behind stays cheap below it. */
export const maxDepth = 10_000

export function freezeNode(
  op: string,
  args: readonly ExprNode[],
  extra: readonly Json[],
  type: DataType,
  mode: Mode = commonMode(op, args),
): ExprNode {
  let depth = 0
  for (const arg of args) depth = Math.max(depth, arg.depth)
  if (depth >= maxDepth) {
    throw new MillraceError(
      'ERR_DEPTH_LIMIT',
      `The expression is more than ${maxDepth.toLocaleString('en')} operations deep`,
      {
        hint: 'combine the terms as a balanced tree, use isIn(values) for long lists, or compute in several withColumns steps',
      },
    )
  }
  return Object.freeze({
    op,
    args: Object.freeze(args),
    extra: Object.freeze(extra),
    type,
    mode,
    depth: depth + 1,
  })
}

function commonMode(op: string, args: readonly ExprNode[]): Mode {
  let mode: Mode = 'lit'
  for (const arg of args) {
    if (arg.mode === 'lit' || arg.mode === mode) continue
    if (mode !== 'lit') {
      throw new MillraceError('ERR_TYPE', `${op} mixes a value per row with an aggregated value`, {
        hint: 'aggregate both sides, or compute the aggregate first and use its result as a literal',
      })
    }
    mode = arg.mode
  }
  return mode
}
