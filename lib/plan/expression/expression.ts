// The one way to make an expression node: `expression(op, args, extra)` finds the operation's family, lets it fit the
// literals, and types the result. Rewrites (binding, folding, pushdown) rebuild nodes through it, so every node is
// checked by the same rules.
import { unknownType } from '../../core/dtypes.js'
import { MillraceError } from '../../core/errors.js'
import type { Schema } from '../../core/schema.js'
import { aggregates, freezeAggregate, isAggregate } from './aggregate.js'
import { arithmetic, math } from './arithmetic.js'
import { cast } from './cast.js'
import { choice } from './choice.js'
import { columnRef } from './column-ref.js'
import { comparison } from './comparison.js'
import { dates, parsing, zoned } from './dates.js'
import type { Family } from './family.js'
import { logic } from './logic.js'
import { membership } from './membership.js'
import { type ExprNode, freezeNode, type Json } from './node.js'
import { nullFilling, nullTests } from './nulls.js'
import { patterns } from './pattern.js'
import { hashes, numberTexts, presentTexts, strings } from './strings.js'
import { rewrite, sameArgs } from './walk.js'
import { freezeWindow, isWindow, windows } from './window.js'

const families: ReadonlyMap<string, Family> = new Map(
  [
    comparison,
    arithmetic,
    math,
    logic,
    nullTests,
    nullFilling,
    membership,
    choice,
    cast,
    strings,
    presentTexts,
    numberTexts,
    hashes,
    patterns,
    dates,
    zoned,
    parsing,
    aggregates,
    windows,
  ].flatMap(family => family.ops.map(op => [op, family] as const)),
)

/** Every operation that `expression` makes, aggregates included. */
export const operations: readonly string[] = Object.freeze([...families.keys()])

/**
 * Throws ERR_TYPE, ERR_DEPTH_LIMIT. The type stays unknown while any argument's is. `fit` says whether literals take the
 * types of what they stand beside.
 */
export function expression(
  op: string,
  args: readonly ExprNode[],
  extra: readonly Json[] = [],
  fit = true,
): ExprNode {
  const family = families.get(op)
  if (!family) throw new MillraceError('ERR_INTERNAL', `There is no operation ${op}`)
  const known = args.every(arg => arg.type.dtype !== 'unknown')
  const fitted = known && fit && family.adapt ? family.adapt(op, args, extra) : args
  const type = known ? family.type(op, fitted, extra) : (family.fixed ?? unknownType)
  const frozenArgs = fitted === args ? [...args] : fitted
  if (isAggregate({ op } as ExprNode)) return freezeAggregate(op, frozenArgs, extra, type)
  return isWindow({ op } as ExprNode)
    ? freezeWindow(frozenArgs, extra, type)
    : freezeNode(op, frozenArgs, extra, type)
}

/**
 * The node again over other arguments; the node itself when they are the same. Arguments of the same dtypes leave it its
 * own: a literal in the place of a column must not be fitted to its neighbours, as one that the caller wrote is.
 */
export function withArgs(node: ExprNode, args: readonly ExprNode[]): ExprNode {
  if (sameArgs(node, args)) return node
  const sameTypes =
    node.type.dtype !== 'unknown' && args.every((arg, i) => arg.type.dtype === node.args[i]?.type.dtype)
  return expression(node.op, args, node.extra, !sameTypes)
}

/**
 * The expression typed against the columns of `schema`. Throws ERR_COLUMN_NOT_FOUND with a did-you-mean, and ERR_TYPE
 * for what could not be known before.
 */
export function bindExpression(root: ExprNode, schema: Schema): ExprNode {
  return rewrite(root, (node, args) => {
    if (node.op !== 'col') return withArgs(node, args)
    const { name, type } = schema.field(node.extra[0])
    return node.type === type ? node : columnRef(name, type)
  })
}
