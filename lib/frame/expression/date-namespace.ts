import { oneOf, readOptions } from '../../core/options.js'
import {
  type DifferenceUnit,
  differenceUnits,
  type EpochUnit,
  epochUnits,
} from '../../plan/expression/dates.js'
import { expression } from '../../plan/expression/expression.js'
import type { ExprNode } from '../../plan/expression/node.js'
import { checkFormat } from '../../plan/expression/time-format.js'
import { checkZone } from '../../plan/expression/time-zone.js'
import {
  movedBy,
  movedInZone,
  nearInstant,
  rounded,
  startInZone,
  truncated,
  wallClock,
} from '../../plan/expression/times.js'
import { refuseSurplusArguments } from './argument-count.js'
import type { DateMethods, ToUtcOptions, ZonedDateMethods } from './date-methods.js'
import type { ExpressionBuilder } from './expression-builder.js'
import { pandasDates } from './pandas-columns.js'
import { defineUnknownMethods } from './unknown-methods.js'

type Wrap = (node: ExprNode) => ExpressionBuilder

/** What needs only the time that clocks show. */
class ClockParts {
  /** That time: the column itself in UTC. */
  readonly #shown: ExprNode
  readonly #wrap: Wrap

  constructor(shown: ExprNode, wrap: Wrap) {
    this.#shown = shown
    this.#wrap = wrap
  }

  year() {
    return this.#part('year')
  }
  month() {
    return this.#part('month')
  }
  day() {
    return this.#part('day')
  }
  hour() {
    return this.#part('hour')
  }
  minute() {
    return this.#part('minute')
  }
  second() {
    return this.#part('second')
  }
  millisecond() {
    return this.#part('millisecond')
  }
  microsecond() {
    return this.#part('microsecond')
  }
  nanosecond() {
    return this.#part('nanosecond')
  }
  weekday() {
    return this.#part('weekday')
  }
  dayOfYear() {
    return this.#part('dayOfYear')
  }
  quarter() {
    return this.#part('quarter')
  }
  week() {
    return this.#part('week')
  }
  isoYear() {
    return this.#part('isoYear')
  }
  daysInMonth() {
    return this.#part('daysInMonth')
  }
  isLeapYear() {
    return this.#part('isLeapYear')
  }
  toDate() {
    return this.#part('toDate')
  }

  #part(op: string) {
    return this.#wrap(expression(op, [this.#shown]))
  }
}

/** `.dt`: the operations on dates and timestamps. */
export class DateNamespace extends ClockParts {
  readonly #node: ExprNode
  readonly #wrap: Wrap
  readonly #operand: (value: unknown, name: string) => ExprNode

  constructor(node: ExprNode, wrap: Wrap, operand: (value: unknown, name: string) => ExprNode) {
    super(node, wrap)
    this.#node = node
    this.#wrap = wrap
    this.#operand = operand
  }

  monthStart() {
    return this.#wrap(expression('monthStart', [this.#node]))
  }
  monthEnd() {
    return this.#wrap(expression('monthEnd', [this.#node]))
  }
  truncate(unit: string) {
    return this.#wrap(truncated(this.#node, unit))
  }
  round(unit: string) {
    return this.#wrap(rounded(this.#node, unit))
  }
  offsetBy(length: string) {
    return this.#wrap(movedBy(this.#node, length))
  }
  format(pattern: string) {
    return this.#wrap(expression('formatTime', [this.#node], [checkFormat(pattern, false)]))
  }
  epoch(unit: EpochUnit) {
    return this.#wrap(expression('epoch', [this.#node], [oneOf(...epochUnits)(unit, 'the unit of epoch')]))
  }
  diff(other: unknown, unit: DifferenceUnit) {
    const checked = oneOf(...differenceUnits)(unit, 'the unit of diff')
    return this.#wrap(expression('timeDiff', [this.#node, this.#operand(other, 'diff')], [checked]))
  }
  inZone(zone: string) {
    return new ZonedDateNamespace(this.#node, checkZone(zone, 'the zone of inZone'), this.#wrap)
  }

  toUtc(zone: string, options?: ToUtcOptions) {
    const { ambiguous = 'raise', nonexistent = 'raise' } = readOptions<ToUtcOptions>(options, 'toUtc', {
      ambiguous: oneOf('raise', 'earliest', 'latest', 'null'),
      nonexistent: oneOf('raise', 'shiftForward', 'shiftBackward', 'null'),
    })
    const extra = [checkZone(zone, 'the zone of toUtc'), ambiguous, nonexistent]
    return this.#wrap(expression('fromZone', [this.#node], extra))
  }
}

/** `.dt.inZone(zone)` */
class ZonedDateNamespace extends ClockParts {
  readonly #instant: ExprNode
  readonly #shown: ExprNode
  readonly #zone: string
  readonly #wrap: Wrap

  constructor(instant: ExprNode, zone: string, wrap: Wrap) {
    const shown = wallClock(instant, zone)
    super(shown, wrap)
    this.#instant = instant
    this.#shown = shown
    this.#zone = zone
    this.#wrap = wrap
  }

  wallClock() {
    return this.#wrap(this.#shown)
  }
  monthStart() {
    return this.#moved('monthStart')
  }
  monthEnd() {
    return this.#moved('monthEnd')
  }
  truncate(unit: string) {
    return this.#wrap(startInZone(truncated(this.#shown, unit), this.#instant, unit, this.#zone))
  }
  round(unit: string) {
    return this.#wrap(startInZone(rounded(this.#shown, unit), this.#instant, unit, this.#zone))
  }
  offsetBy(length: string) {
    return this.#wrap(movedInZone(this.#instant, length, this.#zone))
  }
  format(pattern: string) {
    const extra = [checkFormat(pattern, true), this.#zone]
    return this.#wrap(expression('formatTime', [this.#instant], extra))
  }

  #moved(op: string) {
    return this.#wrap(nearInstant(expression(op, [this.#shown]), this.#instant, this.#zone))
  }
}

for (const { prototype } of [ClockParts, DateNamespace, ZonedDateNamespace]) refuseSurplusArguments(prototype)
defineUnknownMethods(ClockParts.prototype, '.dt', pandasDates)

const everyDateMethod: Exclude<keyof DateMethods<'date', 'row'>, keyof DateNamespace> extends never
  ? true
  : never = true
const everyZonedMethod: Exclude<keyof ZonedDateMethods<'date', 'row'>, keyof ZonedDateNamespace> extends never
  ? true
  : never = true
void everyDateMethod
void everyZonedMethod
