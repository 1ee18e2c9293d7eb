// Rolling windows: `c.Close.rolling(7).mean()`.
import { invalidArgument, MillraceError } from '../../core/errors.js'
import { boolean, integer, number, oneOf, readOptions } from '../../core/options.js'
import { parseDuration } from '../../plan/expression/duration.js'
import { expression } from '../../plan/expression/expression.js'
import type { ExprNode } from '../../plan/expression/node.js'
import {
  type ClosedEnd,
  type RollingParameters,
  type WindowParameters,
  wholeFrame,
} from '../../plan/expression/window.js'
import { refuseSurplusArguments } from './argument-count.js'
import type { RollingMethods } from './rolling-methods.js'

type Given = Omit<RollingParameters, 'minPeriods'>
type Make<E> = (node: ExprNode) => E

interface GivenOptions {
  rows?: number
  period?: string
  by?: unknown
  closed?: ClosedEnd
  center?: boolean
  minPeriods?: number
}

/** The aggregates of the rows around each row. */
export class RollingBuilder<E> {
  readonly #values: readonly ExprNode[]
  readonly #given: Given
  readonly #minPeriods: number
  readonly #make: Make<E>

  constructor(values: readonly ExprNode[], given: Given, minPeriods: number, make: Make<E>) {
    this.#values = values
    this.#given = given
    this.#minPeriods = minPeriods
    this.#make = make
    Object.freeze(this)
  }

  mean() {
    return this.#aggregate('mean')
  }
  sum() {
    return this.#aggregate('sum')
  }
  min() {
    return this.#aggregate('min')
  }
  max() {
    return this.#aggregate('max')
  }
  std(options?: { ddof?: number }) {
    return this.#aggregate('std', readOptions(options, 'std', { ddof: integer(0, 2 ** 31 - 1) }))
  }
  var(options?: { ddof?: number }) {
    return this.#aggregate('var', readOptions(options, 'var', { ddof: integer(0, 2 ** 31 - 1) }))
  }
  median() {
    return this.#aggregate('median')
  }
  quantile(q: number) {
    return this.#aggregate('quantile', { quantile: number(0, 1)(q, 'the share of quantile') })
  }
  count() {
    return this.#aggregate('count', {}, 0)
  }

  #aggregate(fn: string, parameters: WindowParameters = {}, minPeriods: number = this.#minPeriods): E {
    const rolling = { ...this.#given, minPeriods }
    return this.#make(expression('window', this.#values, [wholeFrame(fn, { ...parameters, rolling })]))
  }
}

const readers = {
  rows: integer(1),
  period: (value: unknown, name: string) => {
    if (parseDuration(value, name).months === 0) return value as string
    throw invalidArgument('a length of time without months, quarters and years', name, value, "as in '30d'")
  },
  by: (value: unknown) => value,
  closed: oneOf<ClosedEnd>('left', 'right', 'both', 'none'),
  center: boolean,
  minPeriods: integer(0),
}

/** `rolling(7)`, `rolling({ rows, ... })` or `rolling({ period, by, ... })` of a value. */
export function rollingOf<E>(
  value: ExprNode,
  given: unknown,
  toNode: (key: unknown, name: string) => ExprNode,
  make: Make<E>,
): RollingBuilder<E> {
  const counted = typeof given === 'number' ? { rows: given } : given
  const { rows, period, by, closed, center, minPeriods } = readOptions<GivenOptions>(
    counted,
    'rolling',
    readers,
  )
  if ((rows === undefined) === (period === undefined)) {
    throw refused('rolling takes either a number of rows or a period of time')
  }
  if (rows !== undefined) {
    if (by !== undefined || closed !== undefined) throw refused('by and closed belong to a period of time')
    if (minPeriods !== undefined && minPeriods > rows)
      throw refused(`A window of ${rows} rows never has ${minPeriods} values, as minPeriods asks for`)
    return new RollingBuilder([value], { rows, ...(center && { center }) }, minPeriods ?? rows, make)
  }
  if (by === undefined) throw refused('a period of time needs the column of the times')
  if (center !== undefined) throw refused('center belongs to a number of rows')
  const times = toNode(by, 'rolling option by')
  return new RollingBuilder(
    [value, times],
    { period: period as string, closed: closed ?? 'right' },
    minPeriods ?? 1,
    make,
  )
}

refuseSurplusArguments(RollingBuilder.prototype)

function refused(message: string): MillraceError {
  return new MillraceError('ERR_INVALID_ARGUMENT', message, {
    hint: "as in rolling(7), rolling({ rows: 7, minPeriods: 1 }) or rolling({ period: '7d', by: 'Date' })",
  })
}

const everyMethod: Exclude<keyof RollingMethods<any>, keyof RollingBuilder<any>> extends never
  ? true
  : never = true
void everyMethod
