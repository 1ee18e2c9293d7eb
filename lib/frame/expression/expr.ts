import type { InspectOptions, inspect } from 'node:util'
import type { DType } from '../../core/dtypes.js'
import type { ColumnType, NullableAs } from '../schema-types.js'
import type { AggregateMethods } from './aggregate-methods.js'
import type { ArithmeticMethods } from './arithmetic-methods.js'
import type { ComparisonMethods } from './comparison-methods.js'
import type { DateMethods } from './date-methods.js'
import type { LogicMethods } from './logic-methods.js'
import type { NullMethods } from './null-methods.js'
import type { ForKind, Mode } from './operand-types.js'
import type { StringMethods } from './string-methods.js'
import type { WindowMethods } from './window-methods.js'

/** Carries an expression's column type at compile time; absent at run time. */
export declare const typeOf: unique symbol
/** Carries an expression's mode at compile time; absent at run time. */
export declare const modeOf: unique symbol

/**
 * What arguments ask of an expression: its type and mode. Small and covariant, so that accepting one costs two property
 * comparisons instead of those of every method.
 */
export interface Typed<out C, out M extends Mode = 'row'> {
  readonly [typeOf]: C
  readonly [modeOf]: M
}

export interface HashOptions {
  /** Another seed gives other hashes; default 0. */
  readonly seed?: number
}

/**
 * A computation over columns: immutable, reusable on any frame that has the columns, and never run by itself. Making one
 * costs a small object. pandas: a `Series` before anything is computed; Polars: `Expr`.
 *
 * @example
 * const range = df.High.sub(df.Low)
 * df.filter(range.gt(2)).withColumns({ range })
 */
export interface Expr<in out C, out M extends Mode = 'row'>
  extends Typed<C, M>,
    ComparisonMethods<C, M>,
    ArithmeticMethods<C, M>,
    LogicMethods<C, M>,
    NullMethods<C, M>,
    AggregateMethods<C>,
    WindowMethods<C> {
  /**
   * Converts to another dtype, checked: a value that does not fit fails the query with ERR_CAST, which names it, its
   * column and its row: by file and line, or by its place in the frame in memory (`row`), unless other rows were made of
   * it before. Floats cut towards zero; text must match as a whole. pandas: `astype`.
   *
   * @example df.withColumns((c) => ({ year: c.Year.cast('int32') }))
   * @throws ERR_TYPE when the types have no conversion, ERR_INVALID_ARGUMENT for an unknown dtype
   */
  cast<const D extends DType>(dtype: D): Expr<NullableAs<D, C>, M>

  /**
   * A number of 64 bits that is the same for equal values: in every run, on every platform, in every release. It is XXH64,
   * of the UTF-8 bytes of a text, or of 8 little-endian bytes: of whole numbers, conditions, days and ticks as int64 (uint64
   * as it is), of floats as float64, with one zero and one NaN. Null stays null. pandas: `pd.util.hash_array(s)`; Polars:
   * `hash`.
   *
   * @example df.filter(df.Ticker.hash().mod(10).eq(0))
   * @throws ERR_UNKNOWN_OPTION, ERR_INVALID_ARGUMENT
   */
  hash(options?: HashOptions): Expr<NullableAs<'uint64', C>, M>

  /** Text operations; a compile-time error on columns that are not text. pandas: `.str`. */
  readonly str: ForKind<C, 'string', StringMethods<C, M>, '.str needs a utf8 or dict column'>

  /** Date and time operations, in UTC; a compile-time error on other columns. pandas: `.dt`. */
  readonly dt: ForKind<C, 'date', DateMethods<C, M>, '.dt needs a date or timestamp column'>

  /** The expression as text: `Close > 0`. */
  toString(): string

  /** The expression as text, for `console.log`. Never runs anything. */
  [inspect.custom](depth: number, options: InspectOptions): string

  /** Throws ERR_EXPR_COERCED for operators such as `>` and `+`, which JavaScript cannot overload: write `.gt(0)`. */
  [Symbol.toPrimitive](hint: string): string
}

/** A column of a frame, or anything computed from columns row by row. */
export type Column<C = any> = Expr<C, 'row'>

/**
 * A column of the type `C`; `any` where nothing is known. Not `Column<any>`: `noUncheckedIndexedAccess`, which new
 * projects have, would take every column of an untyped frame for possibly missing.
 */
export type ColumnOf<C> = 0 extends 1 & C ? any : Column<C>

/** Columns by name: what callbacks receive. No methods, so no name is ever shadowed. */
export type Columns<S> = { readonly [K in keyof S & string]: ColumnOf<S[K]> }

/** New columns by name. */
export type Projection = Readonly<Record<string, Typed<any, 'row'>>>

/** New aggregated columns by name. */
export type AggregateProjection = Readonly<Record<string, Typed<any, 'agg'>>>

/** The schema that a projection makes. */
export type SchemaOf<P> = {
  [K in keyof P]: P[K] extends { readonly [typeOf]: infer C extends ColumnType } ? C : any
}
