// Random window functions, and what kind of values they give.
import type { Choices } from './make-expression.js'
import type { Expression, Kind, PlanColumn, PlanSortKey, PlanWindow, WindowParameters } from './plan.js'
import type { ExpressionGenerator } from './random-expression.js'

/** Sums of more than this could overflow. */
export const largestSum = 2 ** 35

/** Rows are fewer than this, so sums are at most so many times larger than their values. */
export const rowBound = 10_000

export interface WindowContext {
  readonly choices: Choices
  readonly columns: readonly PlanColumn[]
  readonly expressions: ExpressionGenerator
  /** The order of a partition, which says all about it where only that makes rows of other engines the same. */
  readonly order: () => readonly PlanSortKey[]
  readonly keys: () => readonly string[]
  readonly total: boolean
}

interface Made {
  readonly function: string
  readonly argument?: Expression
  readonly parameters?: WindowParameters
  readonly kind: Kind
  readonly bound: number
}

/** A window function and the column that it makes. */
export function randomWindow(
  name: string,
  context: WindowContext,
): { readonly window: PlanWindow; readonly column: PlanColumn } {
  const { choices, keys, order } = context
  const {
    kind,
    bound,
    parameters = {},
    ...made
  } = choices.pick([
    () => numbering(context),
    () => aggregate(context),
    () => moving(context),
    () => running(context),
    () => filling(context),
    () => rolling(context),
  ])()
  return {
    // Times order the rows of their windows by themselves.
    window: { name, ...made, parameters, keys: keys(), order: parameters.by === undefined ? order() : [] },
    column: { name, kind, bound },
  }
}

function numbering({ choices: { pick, int }, expressions, total }: WindowContext): Made {
  if (int(3) === 0) return { function: 'rowNumber', kind: 'int', bound: rowBound }
  const argument = expressions.ofKind(pick<Kind>(total ? ['int', 'float'] : comparable), int(2))
  const method = pick(['average', 'min', 'max', 'dense', 'ordinal'] as const)
  return {
    function: 'rank',
    argument,
    parameters: { method, descending: int(2) === 0 },
    kind: method === 'average' ? 'float' : 'int',
    bound: rowBound,
  }
}

const comparable: readonly Kind[] = ['int', 'float', 'text', 'date', 'time', 'bool']

function aggregate({ choices: { pick, int }, expressions, total }: WindowContext): Made {
  const kind = pick(comparable)
  const argument = expressions.ofKind(kind, int(2))
  const own = kind === 'bool' ? ['any', 'all'] : kind === 'int' ? ['sum', 'mean', 'median'] : []
  const more = total ? [] : ['approxNUnique']
  const fn = pick(['size', 'count', 'nUnique', 'min', 'max', 'first', 'last', ...more, ...own, ...own])
  if (fn === 'size') return { function: fn, kind: 'int', bound: rowBound }
  if (fn === 'sum' && argument.bound > largestSum)
    return { function: 'max', argument, kind, bound: argument.bound }
  return { function: fn, argument, ...resultOf(fn, argument) }
}

/** What an aggregate gives. */
export function resultOf(fn: string, { kind, bound }: Expression): { kind: Kind; bound: number } {
  switch (fn) {
    case 'count':
    case 'size':
    case 'nUnique':
    case 'approxNUnique':
      return { kind: 'int', bound: rowBound }
    case 'sum':
      return kind === 'int' ? { kind, bound: bound * rowBound } : { kind: 'approx', bound: 0 }
    case 'mean':
    case 'median':
      return { kind: 'approx', bound: 0 }
    default:
      return { kind, bound }
  }
}

function moving({ choices: { pick, int, random }, expressions, total }: WindowContext): Made {
  const offset = int(6) - 2
  if (random() < 0.5) {
    const kind = pick(comparable)
    const argument = expressions.ofKind(kind, int(2))
    const fill = kind === 'int' && random() < 0.4 ? int(20) : undefined
    const bound = Math.max(argument.bound, fill ?? 0)
    return {
      function: 'shift',
      argument,
      parameters: { offset, ...(fill !== undefined && { fill }) },
      kind,
      bound,
    }
  }
  const argument = expressions.ofKind('int', int(2))
  if (total || random() < 0.6)
    return { function: 'diff', argument, parameters: { offset }, kind: 'int', bound: 2 * argument.bound }
  return { function: 'pctChange', argument, parameters: { offset }, kind: 'approx', bound: 0 }
}

function running({ choices: { pick, int }, expressions, total }: WindowContext): Made {
  const fn = pick(['cumSum', 'cumMin', 'cumMax', 'cumCount'])
  const kind = fn === 'cumSum' || total ? 'int' : pick(comparable)
  const argument = expressions.ofKind(kind, int(2))
  if (fn === 'cumCount') return { function: fn, argument, kind: 'int', bound: rowBound }
  if (fn !== 'cumSum') return { function: fn, argument, kind, bound: argument.bound }
  if (argument.bound > largestSum) return { function: 'cumMax', argument, kind, bound: argument.bound }
  return { function: fn, argument, kind, bound: argument.bound * rowBound }
}

function filling({ choices: { pick, int, random }, expressions, total }: WindowContext): Made {
  if (!total && random() < 0.3)
    return { function: 'interpolate', argument: expressions.ofKind('int', 0), kind: 'approx', bound: 0 }
  const kind = pick(comparable)
  const argument = expressions.ofKind(kind, int(2))
  const parameters = random() < 0.5 ? { limit: int(3) + 1 } : {}
  return {
    function: pick(['fillForward', 'fillBackward']),
    argument,
    parameters,
    kind,
    bound: argument.bound,
  }
}

function rolling({ choices, columns, expressions, total }: WindowContext): Made {
  const { pick, int, random } = choices
  const argument = expressions.ofKind('int', int(2))
  const fn = pick(['sum', 'mean', 'min', 'max', 'count', 'median'])
  const summed = fn === 'sum' && argument.bound > largestSum ? 'max' : fn
  const result = { function: summed, argument, ...resultOf(summed, argument) }
  const times = columns.filter(({ kind }) => kind === 'date' || kind === 'time')
  // A count looks at no least number of values.
  const least = summed === 'count' ? 0 : 1 + int(3)
  if (!total && times.length > 0 && random() < 0.5) {
    const closed = pick(['left', 'right', 'both', 'none'] as const)
    return {
      ...result,
      parameters: {
        period: pick(['17d', '2w', '1d', '400d']),
        by: pick(times).name,
        closed,
        minPeriods: least,
      },
    }
  }
  const rows = least + int(4) + 1
  return { ...result, parameters: { rows, minPeriods: least, center: !total && random() < 0.3 } }
}
