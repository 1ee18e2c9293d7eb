// Random expressions that make text, or read it.

import { type ExpressionContext, make } from './make-expression.js'
import type { Expression, Kind } from './plan.js'

type Maker = () => Expression

const longest = 400

const needles = ['a', 'ä', 'e', ' ', 'long', '😀', 'ab', '1', '-', 'zz'] as const
const replacements = ['', 'a', '$&', 'ä-', '9'] as const

/** Patterns with a group, which every match takes part in, and that match no empty text. */
const patterns = [
  ['([a-e])', ''],
  ['(longer|zed)', ''],
  ['([äÄ])', 'i'],
  ['(\\d+)', ''],
  ['^(.)', 'u'],
  ['( +)', ''],
  ['(e.)t?', 'u'],
] as const
/** These are JavaScript's alone. */
const ownPatterns = [
  ['(?<=l)(o)', ''],
  ['(a)|e', ''],
  ['(.)(?=\\1)', 'u'],
  ['(ß|a)$', 'i'],
] as const

export const cutText = (text: Expression, length: number): Expression =>
  make('slice', 'text', [text], Math.min(text.bound, length), [0, length])

/** Conditions on a text. */
export function textConditions({ choices: { pick }, ofKind, depth, total }: ExpressionContext): Maker[] {
  const text = () => ofKind('text', depth - 1)
  return [
    () => make(pick(['contains', 'startsWith', 'endsWith']), 'bool', [text()], 0, [pick(needles)]),
    () => make('matches', 'bool', [text()], 0, [...pick(total ? patterns : [...patterns, ...ownPatterns])]),
  ]
}

/** Whole numbers that say something of a text. */
export function textNumbers({ choices: { pick, int }, ofKind, depth, total }: ExpressionContext): Maker[] {
  const text = () => ofKind('text', depth - 1)
  const number = (op: string, bound: number, extra: Expression['extra'] = []) =>
    make(op, 'int', [text()], bound, extra)
  const makers = [
    () => number(pick(['length', 'byteLength']), 4 * longest),
    () => number(pick(['count', 'find']), longest, [pick(needles)]),
    () => number('countPattern', longest, globally(pick(patterns))),
    () => make('toInteger', 'int', [cutText(text(), 6)], 1_000_000),
  ]
  if (total) return makers
  return [
    ...makers,
    () => make('levenshtein', 'int', [text(), text()], longest),
    () => {
      const part = 1 + int(20)
      return make('hashPart', 'int', [ofKind(pick<Kind>(hashed), depth - 1)], part, [part])
    },
  ]
}

const hashed = ['bool', 'int', 'float', 'text', 'date', 'time'] as const

const globally = ([source, flags]: readonly [string, string]): [string, string] => [source, `${flags}g`]

/** Texts made of texts. */
export function texts(context: ExpressionContext): Maker[] {
  const { choices, ofKind, depth, total } = context
  const { pick, int } = choices
  const a = ofKind('text', depth - 1)
  const one = (op: string, bound: number, extra: Expression['extra'] = []) =>
    bound <= longest ? make(op, 'text', [a], bound, extra) : a
  const fill = () => pick(total ? ['x', '0', 'ä'] : ['x', '0', 'é😀-'])
  const to = pick(total ? replacements.filter(text => text !== '$&') : replacements)
  return [
    ...joined(context, a),
    () => one(pick(['toUpper', 'toLower']), a.bound),
    () => one(pick(['trim', 'trimStart', 'trimEnd']), a.bound, pick([[], [pick([' p', 'alä', 'ez'])]])),
    () => one('slice', a.bound, pick([[int(5), int(6)], [int(3)], [-1 - int(4)]])),
    () => one('replace', a.bound + 2, [pick(needles), to]),
    () => one('replaceAll', 2 * a.bound, [pick(needles), to]),
    () => one('split', a.bound, [pick(needles), int(4) - 2]),
    () => one(pick(['padStart', 'padEnd']), Math.max(a.bound, 40), [int(40), fill()]),
    () => one('reverse', a.bound),
    () => one('repeat', 3 * a.bound, [int(4)]),
    () => make('castText', 'text', [ofKind(pick(['int', 'bool', 'date']), depth - 1)], 24),
    ...byPattern(context, a),
  ]
}

function joined({ choices: { pick }, ofKind, depth }: ExpressionContext, a: Expression): Maker[] {
  const b = ofKind('text', depth - 1)
  const bound = a.bound + b.bound + 2
  if (bound > longest) return [() => a]
  return [
    () => make('concat', 'text', [a, b], bound),
    () => make('concatBetween', 'text', [a, b], bound, [pick(['-', ', '])]),
    () => make('concatPresent', 'text', [a, b], bound, [pick(['', '-', ', '])]),
  ]
}

function byPattern({ choices: { pick, int }, total }: ExpressionContext, a: Expression): Maker[] {
  const any = () => pick(total ? patterns : [...patterns, ...ownPatterns])
  const makers = [
    () => make('extract', 'text', [a], a.bound, [...any(), int(2)]),
    () => make('replacePattern', 'text', [a], a.bound + 2, [...any(), pick(['', '<$1>'])]),
    () => {
      const bound = 3 * a.bound + 3
      return bound <= longest
        ? make('replacePattern', 'text', [a], bound, [...globally(any()), pick(['', '<$1>'])])
        : a
    },
  ]
  if (total) return makers
  return [...makers, () => make('splitPattern', 'text', [a], a.bound, [...any(), int(4) - 2])]
}
