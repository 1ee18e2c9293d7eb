// Expressions that do not start from a column of a frame.
import { MillraceError } from '../../core/errors.js'
import { oneOf, readOptions, text } from '../../core/options.js'
import { columnRef } from '../../plan/expression/column-ref.js'
import { expression } from '../../plan/expression/expression.js'
import { literal, type Scalar } from '../../plan/expression/literal.js'
import type { ExprNode } from '../../plan/expression/node.js'
import { wholeFrame } from '../../plan/expression/window.js'
import type { BoolType, IsNullable, NonNull, TextType } from '../schema-types.js'
import type { Expr, Typed, typeOf } from './expr.js'
import { ExpressionBuilder, toExpr, toNode } from './expression-builder.js'
import type { Mode, ModeOf } from './operand-types.js'

/**
 * A column by name, of whatever frame the expression is used on. Its type is checked there. Polars: `pl.col`.
 *
 * @example const positive = col('Close').gt(0)
 * df.filter(positive)
 * @throws ERR_INVALID_ARGUMENT unless the name is a string
 */
export function col<C = any>(name: string): Expr<C, 'row'> {
  return toExpr(columnRef(text(name, 'the name of a column')))
}

type LiteralType<V> = V extends boolean
  ? 'bool'
  : V extends string
    ? 'utf8'
    : V extends bigint
      ? 'int64'
      : V extends Date
        ? 'timestamp[ms]'
        : V extends number
          ? number
          : null

/**
 * A constant. Operands are made into one by themselves; this is for where an expression is asked for. Polars: `pl.lit`.
 *
 * @example df.withColumns({ source: lit('prices') })
 * @throws ERR_INVALID_ARGUMENT for what is not a plain value
 */
export function lit<const V extends Scalar>(value: V): Expr<LiteralType<V>, never> {
  return toExpr(literal(value, 'lit')) as unknown as Expr<LiteralType<V>, never>
}

/**
 * Number of rows, for `agg`. pandas: `groupby(k).size()`.
 *
 * @example df.groupBy('Date').agg(() => ({ rows: count() }))
 */
export function count(): Expr<'int64', 'agg'> {
  return toExpr(expression('size', []))
}

/**
 * The number of the row, from 1: in the frame, or by `over` in its partition and order. SQL: `row_number()`; pandas:
 * `groupby(k).cumcount() + 1`.
 *
 * @example df.filter(rowNumber().over('Ticker', { orderBy: desc('Volume') }).le(3))
 */
export function rowNumber(): Expr<'int64', 'row'> {
  return toExpr(expression('window', [], [wholeFrame('rowNumber')]))
}

type OperandType<O> = O extends { readonly [typeOf]: infer C } ? C : LiteralType<O>

/** Branches of one type keep it; branches of several are just what JavaScript sees. */
type Joined<C> = [C] extends [never] ? null : C

type TextOperand = string | Typed<TextType, Mode>

/**
 * The first value that is not missing. SQL: `coalesce`; pandas: `s.fillna(other)`.
 *
 * @example df.withColumns((c) => ({ price: coalesce(c.Close, c.Open, 0) }))
 * @throws ERR_TYPE when the values have no common type
 */
export function coalesce<const O extends readonly (Scalar | Typed<any, Mode>)[]>(
  ...values: O
): Expr<
  false extends IsNullable<OperandType<O[number]>> ? NonNull<OperandType<O[number]>> : OperandType<O[number]>,
  ModeOf<O[number]>
> {
  if (values.length === 0)
    throw new MillraceError('ERR_INVALID_ARGUMENT', 'coalesce needs at least one value')
  return toExpr(
    expression(
      'coalesce',
      values.map(value => toNode(value, 'coalesce')),
    ),
  ) as never
}

export interface ConcatStrOptions {
  /** What stands between the texts; default nothing. */
  readonly separator?: string
  /** Where a text is null, so is the result (`'propagate'`, the default), or the others are joined (`'skip'`). */
  readonly nulls?: 'propagate' | 'skip'
}

/** The texts among what concatStr is given. */
type TextsOf<O extends readonly unknown[]> = Extract<O[number], TextOperand>

/**
 * Texts joined end to end; null where any is null, unless the options after them say otherwise. pandas: `a + b`,
 * `a.str.cat(b, sep='-')`; Polars: `pl.concat_str`; SQL: `concat_ws` for `nulls: 'skip'`.
 *
 * @example df.withColumns((c) => ({ id: concatStr(c.Ticker, '-', c.Date.cast('utf8')) }))
 * @example df.select((c) => ({ name: concatStr(c.Nick, c.Name, { separator: ' ', nulls: 'skip' }) }))
 * @throws ERR_TYPE for what is not text; ERR_UNKNOWN_OPTION, ERR_INVALID_ARGUMENT
 */
export function concatStr<const O extends readonly (TextOperand | ConcatStrOptions)[]>(
  ...parts: O
): Expr<
  O extends readonly [...unknown[], { readonly nulls: 'skip' }]
    ? 'utf8'
    : true extends IsNullable<Exclude<OperandType<TextsOf<O>>, never>>
      ? 'utf8?'
      : 'utf8',
  ModeOf<TextsOf<O>>
> {
  const { texts, separator, nulls } = readConcat(parts)
  if (nulls === 'skip') return toExpr(expression('concatPresent', texts, [separator])) as never
  const between = separator === '' ? [] : [literal(separator, 'the separator of concatStr')]
  const joined = texts.flatMap((part, i) => (i === 0 ? [part] : [...between, part]))
  return toExpr(expression('concat', joined)) as never
}

function readConcat(parts: readonly unknown[]): {
  texts: ExprNode[]
  separator: string
  nulls: 'propagate' | 'skip'
} {
  const last = parts.at(-1)
  const hasOptions = typeof last === 'object' && last !== null && !ExpressionBuilder.isExpression(last)
  const given = hasOptions ? parts.slice(0, -1) : parts
  const { separator = '', nulls = 'propagate' } = readOptions<ConcatStrOptions>(
    hasOptions ? last : undefined,
    'concatStr',
    { separator: text, nulls: oneOf('propagate', 'skip') },
  )
  if (given.length === 0) throw new MillraceError('ERR_INVALID_ARGUMENT', 'concatStr needs at least one text')
  return { texts: given.map(part => toNode(part, 'concatStr')), separator, nulls }
}

type Condition = boolean | Typed<BoolType, Mode>
type Branch = Scalar | Typed<any, Mode>

/** A choice whose last condition still lacks its value. */
export interface ChoiceCondition<C, M extends Mode> {
  /** The value where the condition is true: `when(c.Close.gt(c.Open)).then('up')`. */
  then<const V extends Branch>(value: V): Choice<C | OperandType<V>, M | ModeOf<V>>
}

/** A choice that can go on or end. */
export interface Choice<C, M extends Mode> {
  /** A further condition, looked at where those before are not true: `.when(c.Close.lt(c.Open))`. */
  when<const P extends Condition>(condition: P): ChoiceCondition<C, M | ModeOf<P>>
  /** The value where no condition is true: `.otherwise('flat')`. */
  otherwise<const V extends Branch>(value: V): Expr<Joined<C | OperandType<V>>, M | ModeOf<V>>
}

/**
 * The value of the first condition that is true; null conditions count as not true. numpy: `np.select`; SQL: `case`.
 *
 * @example
 * df.withColumns((c) => ({
 *   move: when(c.Close.gt(c.Open)).then('up').when(c.Close.lt(c.Open)).then('down').otherwise('flat'),
 * }))
 * @throws ERR_TYPE when a condition is not one, or the values have no common type
 */
export function when<const P extends Condition>(condition: P): ChoiceCondition<never, ModeOf<P>> {
  return conditionStep([], toNode(condition, 'when'))
}

function conditionStep<C, M extends Mode>(
  parts: readonly ExprNode[],
  condition: ExprNode,
): ChoiceCondition<C, M> {
  return Object.freeze({
    // An object with `then` would be called by await; this one is told apart by its argument: a resolver is a function.
    // biome-ignore lint/suspicious/noThenProperty: the word of SQL and Polars; being awaited is told apart.
    then: (value: unknown) => {
      if (typeof value === 'function') {
        throw new MillraceError(
          'ERR_INVALID_ARGUMENT',
          'when(...) was awaited, or .then was given a function',
          {
            hint: 'give .then(value) a value and end the choice with .otherwise(value)',
          },
        )
      }
      return choiceStep([...parts, condition, toNode(value, 'then')])
    },
  }) as unknown as ChoiceCondition<C, M>
}

function choiceStep<C, M extends Mode>(parts: readonly ExprNode[]): Choice<C, M> {
  return Object.freeze({
    when: (condition: unknown) => conditionStep(parts, toNode(condition, 'when')),
    otherwise: (value: unknown) => toExpr(expression('when', [...parts, toNode(value, 'otherwise')])),
  }) as unknown as Choice<C, M>
}
