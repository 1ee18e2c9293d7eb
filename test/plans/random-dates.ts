// Random expressions that make dates and times, or read them. Time zones have the same offset at all times that come up.

import { type ExpressionContext, make } from './make-expression.js'
import { dateParts } from './naive-dates.js'
import type { Expression, Kind } from './plan.js'

type Maker = () => Expression

const units = ['year', 'quarter', 'month', 'week', 'day'] as const
const multiples = ['2w', '3d', '6mo', '2y'] as const
const clockUnits = ['hour', '15m', '6h'] as const
const offsets = ['1mo', '-3d', '2w', '1y2mo', '-1q', '5d'] as const
const clockOffsets = ['90m', '-36h', '1mo1h'] as const
export const zones = ['Asia/Kolkata', 'Asia/Tokyo', 'UTC'] as const

const instant = ({ choices: { pick }, ofKind, depth }: ExpressionContext): Expression =>
  ofKind(pick<Kind>(['date', 'time']), depth - 1)

/** Whole numbers that say something of a date or time. */
export function dateNumbers(context: ExpressionContext): Maker[] {
  const { choices, ofKind, depth, total } = context
  const { pick } = choices
  const makers: Maker[] = [
    () => make(pick(dateParts), 'int', [instant(context)], 10_000),
    () => make('epoch', 'int', [instant(context)], 2 ** 42, [pick(['s', 'ms'])]),
    () =>
      make('dateDiff', 'int', [instant(context), instant(context)], 2 ** 42, [
        pick(total ? ['ms', 's', 'm', 'h', 'd', 'w'] : ['ms', 'h', 'd', 'w', 'mo', 'q', 'y']),
      ]),
  ]
  if (total) return makers
  return [
    ...makers,
    () =>
      make('zonedPart', 'int', [ofKind('time', depth - 1)], 10_000, [
        pick(zones),
        pick(['hour', 'day', 'month']),
      ]),
  ]
}

export function dateConditions(context: ExpressionContext): Maker[] {
  return [() => make('isLeapYear', 'bool', [instant(context)])]
}

/** Dates and times as text. */
export function dateTexts(context: ExpressionContext): Maker[] {
  const { pick } = context.choices
  return [() => make('format', 'text', [instant(context)], 24, [pick(['%Y-%m-%d', '%d.%m.%Y %H:%M', '%j'])])]
}

export function instants(kind: Kind, context: ExpressionContext): Maker[] {
  const { choices, ofKind, depth, total } = context
  const { pick, random } = choices
  const clock = kind === 'time' && random() < 0.4
  const moved = (op: string, extra: Expression['extra'] = []) =>
    make(op, kind, [ofKind(kind, depth - 1)], 0, extra)
  const unit = clock ? pick(clockUnits) : pick([...units, ...multiples])
  // Halves of months and years are another engine's business.
  const near = total && /mo|y|quarter|month/.test(unit) ? 'day' : unit
  return [
    () => moved('truncate', [unit]),
    () => moved('roundTime', [near]),
    () => moved('offsetBy', [pick(clock ? clockOffsets : offsets)]),
    () => moved(pick(['monthStart', 'monthEnd'])),
    ...own(kind, context),
  ]
}

function own(kind: Kind, { choices: { pick }, ofKind, depth, total }: ExpressionContext): Maker[] {
  const below = (given: Kind) => ofKind(given, depth - 1)
  if (kind === 'time')
    return total
      ? []
      : [() => make('zonedTruncate', kind, [below('time')], 0, [pick(zones), pick(['day', 'month', 'week'])])]
  const day = () => make('dateOf', kind, [below('time')])
  return total ? [day] : [day, () => make('toDate', kind, [below('text')])]
}
