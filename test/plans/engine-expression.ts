// An expression with millrace's methods.
import { concatStr, lit, when } from '../../dist/index.js'
import { dateParts } from './naive-dates.js'
import { textFunctions } from './naive-text.js'
import type { Cell, Expression } from './plan.js'

export type Access = (name: string) => any

type Made = (value: any, extra: any, other: any) => any

/** Operations that have other names here than millrace's methods, or other arguments. */
const named: Readonly<Record<string, Made>> = {
  concat: (a, _, b) => concatStr(a, b),
  concatBetween: (a, [separator], b) => concatStr(a, b, { separator }),
  concatPresent: (a, [separator], b) => concatStr(a, b, { separator, nulls: 'skip' }),
  castText: a => a.cast('utf8'),
  hashPart: (a, [parts]) => a.hash().mod(parts),
  levenshtein: (a, _, b) => a.str.levenshtein(b),
  toInteger: a => a.str.toInteger({ strict: false }),
  toNumber: a => a.str.toNumber({ strict: false }),
  toDate: a => a.str.toDate('%Y-%m-%d', { strict: false }),
  matches: (a, extra) => a.str.matches(patternOf(extra)),
  extract: (a, extra) => a.str.extract(patternOf(extra), extra[2]),
  replacePattern: (a, extra) =>
    extra[1].includes('g')
      ? a.str.replaceAll(patternOf(extra), extra[2])
      : a.str.replace(patternOf(extra), extra[2]),
  countPattern: (a, extra) => a.str.count(patternOf(extra)),
  splitPattern: (a, extra) => a.str.split(patternOf(extra), extra[2]),
  roundTime: (a, [unit]) => a.dt.round(unit),
  dateOf: a => a.dt.toDate(),
  dateDiff: (a, [unit], b) => a.dt.diff(b, unit),
  zonedPart: (a, [zone, part]) => a.dt.inZone(zone)[part](),
  zonedTruncate: (a, [zone, unit]) => a.dt.inZone(zone).truncate(unit),
}

const dateMethods = new Set([
  ...dateParts,
  'isLeapYear',
  'truncate',
  'offsetBy',
  'monthStart',
  'monthEnd',
  'epoch',
  'format',
])

const patternOf = ([source, flags]: readonly [string, string]): RegExp => new RegExp(source, flags)

export function expr(e: Expression, col: Access): any {
  if (e.op === 'col') return col(e.extra[0] as string)
  if (e.op === 'lit') return literalOf(e)
  const [first, ...others] = e.args.map(arg => expr(arg, col))
  if (e.op === 'when') return when(first).then(others[0]).otherwise(others[1])
  if (Object.hasOwn(named, e.op)) return named[e.op]!(first, e.extra, others[0])
  if (e.args[0]!.kind === 'text' && Object.hasOwn(textFunctions, e.op)) return first.str[e.op](...e.extra)
  if (dateMethods.has(e.op)) return first.dt[e.op](...e.extra)
  // The difference of two uint64 is one, and fails below 0.
  if (e.op === 'sub' && e.kind === 'int') return first.cast('int64').sub(others[0])
  return first[e.op](...others, ...e.extra)
}

function literalOf({ kind, extra }: Expression): any {
  const value = extra[0] as Cell
  // By themselves, and not beside a column, they would be timestamp[ms].
  if (kind === 'time') return lit(new Date(value as number)).cast('timestamp[us]')
  if (kind === 'date') return lit(new Date(value as number)).cast('date')
  return lit(value as never)
}
