// The run-time side of `Expr`: one class whose methods make nodes. Types live in the interfaces beside it; a compile-time
// check at the end keeps the two in step.
import { inspect } from 'node:util'
import { type DType, isText, parseType } from '../../core/dtypes.js'
import { invalidArgument, MillraceError } from '../../core/errors.js'
import { boolean, integer, number, readOptions } from '../../core/options.js'
import type { AggregateParameters } from '../../plan/expression/aggregate.js'
import { columnRef } from '../../plan/expression/column-ref.js'
import { expression } from '../../plan/expression/expression.js'
import { fillMissing } from '../../plan/expression/fill-missing.js'
import { formatExpr } from '../../plan/expression/format.js'
import { literal } from '../../plan/expression/literal.js'
import { memberPairs } from '../../plan/expression/membership.js'
import type { ExprNode, Json } from '../../plan/expression/node.js'
import { over } from '../../plan/expression/over.js'
import { type WindowParameters, wholeFrame } from '../../plan/expression/window.js'
import { refuseSurplusArguments } from './argument-count.js'
import { DateNamespace } from './date-namespace.js'
import type { Expr, HashOptions } from './expr.js'
import { pandasColumns } from './pandas-columns.js'
import { rollingOf } from './rolling.js'
import { StringNamespace } from './string-namespace.js'
import { defineUnknownMethods } from './unknown-methods.js'
import type { FillOptions, RankOptions } from './window-methods.js'
import { readFill, readOffset, readOver, readRank, readShift } from './window-options.js'

export class ExpressionBuilder {
  readonly #node: ExprNode

  constructor(node: ExprNode) {
    this.#node = node
    Object.freeze(this)
  }

  static isExpression(value: unknown): value is ExpressionBuilder {
    return typeof value === 'object' && value !== null && #node in value
  }

  static nodeOf(value: ExpressionBuilder): ExprNode {
    return value.#node
  }

  eq(other: unknown) {
    return this.#compare('eq', other)
  }
  ne(other: unknown) {
    return this.#compare('ne', other)
  }
  lt(other: unknown) {
    return this.#compare('lt', other)
  }
  le(other: unknown) {
    return this.#compare('le', other)
  }
  gt(other: unknown) {
    return this.#compare('gt', other)
  }
  ge(other: unknown) {
    return this.#compare('ge', other)
  }
  eqMissing(other: unknown) {
    return this.#apply('eqMissing', [other])
  }

  between(low: unknown, high: unknown) {
    refuseNull('between', low)
    refuseNull('between', high)
    return this.#apply('between', [low, high])
  }

  isIn(values: Iterable<unknown>) {
    if (typeof values === 'string' || typeof values?.[Symbol.iterator] !== 'function') {
      throw invalidArgument('a list of values', 'isIn', values)
    }
    return this.#apply('isIn', [], [memberPairs([...values])])
  }

  add(other: unknown) {
    return this.#apply('add', [other])
  }
  sub(other: unknown) {
    return this.#apply('sub', [other])
  }
  mul(other: unknown) {
    return this.#apply('mul', [other])
  }
  div(other: unknown) {
    return this.#apply('div', [other])
  }
  floorDiv(other: unknown) {
    return this.#apply('floorDiv', [other])
  }
  mod(other: unknown) {
    return this.#apply('mod', [other])
  }
  pow(other: unknown) {
    return this.#apply('pow', [other])
  }
  neg() {
    return this.#apply('neg')
  }
  abs() {
    return this.#apply('abs')
  }
  round(digits: number = 0) {
    return this.#apply('round', [], [integer(-400, 400)(digits, 'the digits of round')])
  }
  floor() {
    return this.#apply('floor')
  }
  ceil() {
    return this.#apply('ceil')
  }
  sqrt() {
    return this.#apply('sqrt')
  }
  exp() {
    return this.#apply('exp')
  }
  log() {
    return this.#apply('log')
  }
  log2() {
    return this.#apply('log2')
  }
  log10() {
    return this.#apply('log10')
  }

  and(other: unknown) {
    return this.#apply('and', [other])
  }
  or(other: unknown) {
    return this.#apply('or', [other])
  }
  xor(other: unknown) {
    return this.#apply('xor', [other])
  }
  not() {
    return this.#apply('not')
  }

  isNull() {
    return this.#apply('isNull')
  }
  isNotNull() {
    return this.#apply('isNotNull')
  }
  isNaN() {
    return this.#apply('isNaN')
  }
  fillNull(value: unknown) {
    refuseStrategy(value, this.#node)
    return new ExpressionBuilder(fillMissing(this.#node, toNode(value, 'fillNull')))
  }
  fillNaN(value: unknown) {
    return this.#apply('fillNaN', [value])
  }
  coalesce(...others: unknown[]) {
    return this.#apply('coalesce', others)
  }

  count() {
    return this.#apply('count')
  }
  sum() {
    return this.#apply('sum')
  }
  mean() {
    return this.#apply('mean')
  }
  min() {
    return this.#apply('min')
  }
  max() {
    return this.#apply('max')
  }
  std(options?: { ddof?: number }) {
    return this.#aggregate('std', readOptions(options, 'std', spread))
  }
  var(options?: { ddof?: number }) {
    return this.#aggregate('var', readOptions(options, 'var', spread))
  }
  first(options?: { skipNulls?: boolean }) {
    return this.#aggregate('first', readOptions(options, 'first', ends))
  }
  last(options?: { skipNulls?: boolean }) {
    return this.#aggregate('last', readOptions(options, 'last', ends))
  }
  nUnique() {
    return this.#apply('nUnique')
  }
  approxNUnique() {
    return this.#apply('approxNUnique')
  }
  median() {
    return this.#apply('median')
  }
  quantile(q: number) {
    return this.#aggregate('quantile', { quantile: number(0, 1)(q, 'the share of quantile') })
  }
  corr(other: unknown) {
    requireNode(other, 'the other column of corr')
    return this.#apply('corr', [other])
  }
  any() {
    return this.#apply('any')
  }
  all() {
    return this.#apply('all')
  }

  over(...keysAndOptions: unknown[]) {
    const { keys, order } = readOver(keysAndOptions, ExpressionBuilder.isExpression, keyNode)
    return new ExpressionBuilder(over(this.#node, keys, order))
  }
  rank(options?: RankOptions) {
    return this.#window('rank', readRank(options))
  }
  shift(rows: number = 1, options?: { fill?: unknown }) {
    const { fill } = readShift(options)
    const values = fill === undefined ? [] : [literal(fill, 'the fill of shift')]
    return this.#window('shift', { offset: readOffset(rows, 'shift') }, values)
  }
  diff(rows: number = 1) {
    return this.#window('diff', { offset: readOffset(rows, 'diff') })
  }
  pctChange(rows: number = 1) {
    return this.#window('pctChange', { offset: readOffset(rows, 'pctChange') })
  }
  rolling(window: unknown) {
    return rollingOf(this.#node, window, keyNode, node => new ExpressionBuilder(node))
  }
  cumSum() {
    return this.#window('cumSum')
  }
  cumProd() {
    return this.#window('cumProd')
  }
  cumMin() {
    return this.#window('cumMin')
  }
  cumMax() {
    return this.#window('cumMax')
  }
  cumCount() {
    return this.#window('cumCount')
  }
  fillForward(options?: FillOptions) {
    return this.#window('fillForward', readFill(options, 'fillForward'))
  }
  fillBackward(options?: FillOptions) {
    return this.#window('fillBackward', readFill(options, 'fillBackward'))
  }
  interpolate() {
    return this.#window('interpolate')
  }

  cast(dtype: DType) {
    return this.#apply('cast', [], [checkDtype(dtype)])
  }

  hash(options?: HashOptions) {
    const { seed = 0 } = readOptions<HashOptions>(options, 'hash', { seed: integer(0) })
    return this.#apply('hash', [], [seed])
  }

  get str() {
    return new StringNamespace(this.#node, node => new ExpressionBuilder(node), toNode)
  }

  get dt() {
    return new DateNamespace(this.#node, node => new ExpressionBuilder(node), toNode)
  }

  toString(): string {
    return formatExpr(this.#node)
  }

  [inspect.custom](): string {
    return this.toString()
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString()
    const text = formatExpr(this.#node, 60)
    throw new MillraceError(
      'ERR_EXPR_COERCED',
      `JavaScript operators cannot work on the column expression ${text}`,
      {
        hint: `use methods: .gt(0) for > 0, .eq(x) for ==, .add(1) for + 1, .and(other) for &&`,
      },
    )
  }

  #compare(op: string, other: unknown) {
    refuseNull(op, other)
    return this.#apply(op, [other])
  }

  #apply(op: string, others: readonly unknown[] = [], extra: readonly Json[] = []): ExpressionBuilder {
    return new ExpressionBuilder(
      expression(op, [this.#node, ...others.map(other => toNode(other, op))], extra),
    )
  }

  #window(
    fn: string,
    parameters: WindowParameters = {},
    values: readonly ExprNode[] = [],
  ): ExpressionBuilder {
    return new ExpressionBuilder(expression('window', [this.#node, ...values], [wholeFrame(fn, parameters)]))
  }

  #aggregate(op: string, parameters: AggregateParameters): ExpressionBuilder {
    return this.#apply(op, [], Object.keys(parameters).length > 0 ? [{ ...parameters }] : [])
  }
}

const unlimited = Number.POSITIVE_INFINITY
refuseSurplusArguments(ExpressionBuilder.prototype, {
  round: 1,
  shift: 2,
  diff: 1,
  pctChange: 1,
  coalesce: unlimited,
  over: unlimited,
})
defineUnknownMethods(ExpressionBuilder.prototype, 'A column', pandasColumns)

const spread = { ddof: integer(0, 2 ** 31 - 1) }
const ends = { skipNulls: boolean }

/** An expression's node, or a literal for a plain value. */
export function toNode(value: unknown, name: string): ExprNode {
  return ExpressionBuilder.isExpression(value)
    ? ExpressionBuilder.nodeOf(value)
    : literal(value, `the operand of ${name}`)
}

/** The node of what must be an expression. */
export function requireNode(value: unknown, name: string, hint?: string): ExprNode {
  if (ExpressionBuilder.isExpression(value)) return ExpressionBuilder.nodeOf(value)
  throw invalidArgument('a column expression', name, value, hint)
}

function keyNode(key: unknown, name: string): ExprNode {
  if (typeof key === 'string') return columnRef(key)
  return requireNode(key, name, "a column's name or an expression, as in over('Ticker', { orderBy: 'Date' })")
}

/** The public face of a node. */
export function toExpr<C = any, M extends 'row' | 'agg' = 'row'>(node: ExprNode): Expr<C, M> {
  return new ExpressionBuilder(node) as unknown as Expr<C, M>
}

/** A dtype to cast to: without `?`, since nulls stay nulls. */
export function checkDtype(given: unknown): DType {
  const { dtype, nullable } = parseType(given, 'cast')
  if (!nullable) return dtype as DType
  throw invalidArgument('a dtype without ?', 'cast', given, 'nulls stay nulls whatever the dtype')
}

// Of a text column these are texts to fill with.
function refuseStrategy(value: unknown, { type }: ExprNode): void {
  if ((value !== 'forward' && value !== 'backward') || isText(type.dtype) || type.dtype === 'unknown') return
  throw new MillraceError('ERR_INVALID_ARGUMENT', `fillNull(${JSON.stringify(value)}) names no value`, {
    hint: `write ${value === 'forward' ? 'fillForward()' : 'fillBackward()'} for the nearest value on that side`,
  })
}

function refuseNull(op: string, value: unknown): void {
  if (value !== null && value !== undefined) return
  throw new MillraceError('ERR_INVALID_ARGUMENT', `${op}(${value}) would be null for every row`, {
    hint: 'test for missing values with isNull() or isNotNull(), or compare with eqMissing',
  })
}

type Unimplemented = Exclude<keyof Expr<any>, keyof ExpressionBuilder>
const everyMethodExists: Unimplemented extends symbol ? true : never = true
void everyMethodExists
