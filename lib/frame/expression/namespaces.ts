import { invalidArgument } from '../../core/errors.js'
import { integer, oneOf, text } from '../../core/options.js'
import { type EpochUnit, epochUnits, type TruncateUnit, truncateUnits } from '../../plan/expression/dates.js'
import type { Json } from '../../plan/expression/node.js'
import type { DateMethods } from './date-methods.js'
import type { ExpressionBuilder } from './expression-builder.js'
import type { StringMethods } from './string-methods.js'

type Apply = (op: string, extra?: readonly Json[]) => ExpressionBuilder

/** `.str`: the operations on text. */
export class StringNamespace {
  readonly #apply: Apply

  constructor(apply: Apply) {
    this.#apply = apply
  }

  contains(part: string) {
    return this.#apply('contains', [text(part, 'contains')])
  }
  startsWith(part: string) {
    return this.#apply('startsWith', [text(part, 'startsWith')])
  }
  endsWith(part: string) {
    return this.#apply('endsWith', [text(part, 'endsWith')])
  }
  length() {
    return this.#apply('length')
  }
  byteLength() {
    return this.#apply('byteLength')
  }
  toLower() {
    return this.#apply('toLower')
  }
  toUpper() {
    return this.#apply('toUpper')
  }
  trim() {
    return this.#apply('trim')
  }
  trimStart() {
    return this.#apply('trimStart')
  }
  trimEnd() {
    return this.#apply('trimEnd')
  }

  slice(start: number, length?: number) {
    if (!Number.isSafeInteger(start)) throw invalidArgument('a whole number', 'the start of slice', start)
    return this.#apply('slice', [
      start,
      length === undefined ? null : integer(0)(length, 'the length of slice'),
    ])
  }
}

/** `.dt`: the operations on dates and timestamps. */
export class DateNamespace {
  readonly #apply: Apply

  constructor(apply: Apply) {
    this.#apply = apply
  }

  year() {
    return this.#apply('year')
  }
  month() {
    return this.#apply('month')
  }
  day() {
    return this.#apply('day')
  }
  hour() {
    return this.#apply('hour')
  }
  minute() {
    return this.#apply('minute')
  }
  second() {
    return this.#apply('second')
  }
  millisecond() {
    return this.#apply('millisecond')
  }
  weekday() {
    return this.#apply('weekday')
  }
  dayOfYear() {
    return this.#apply('dayOfYear')
  }
  quarter() {
    return this.#apply('quarter')
  }
  toDate() {
    return this.#apply('toDate')
  }
  truncate(unit: TruncateUnit) {
    return this.#apply('truncate', [oneOf(...truncateUnits)(unit, 'the unit of truncate')])
  }
  epoch(unit: EpochUnit) {
    return this.#apply('epoch', [oneOf(...epochUnits)(unit, 'the unit of epoch')])
  }
}

const everyStringMethod: Exclude<keyof StringMethods<'utf8', 'row'>, keyof StringNamespace> extends never
  ? true
  : never = true
const everyDateMethod: Exclude<keyof DateMethods<'date', 'row'>, keyof DateNamespace> extends never
  ? true
  : never = true
void everyStringMethod
void everyDateMethod
