// What the generators of expressions share.
import type { Expression, Kind } from './plan.js'

export interface Choices {
  random(): number
  int(below: number): number
  pick<T>(items: readonly T[]): T
}

export function choicesFrom(random: () => number): Choices {
  const int = (below: number) => Math.floor(random() * below)
  return { random, int, pick: items => items[int(items.length)]! }
}

/** What the functions of one family need to make an expression of `depth` levels. */
export interface ExpressionContext {
  readonly choices: Choices
  readonly ofKind: (kind: Kind, depth: number) => Expression
  readonly depth: number
  /** Only what other engines do as well. */
  readonly total: boolean
}

export function make(
  op: string,
  kind: Kind,
  args: readonly Expression[],
  bound = 0,
  extra: Expression['extra'] = [],
): Expression {
  return { op, args, kind, bound, extra }
}
