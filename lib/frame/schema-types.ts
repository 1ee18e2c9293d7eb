// The compile-time side of schemas. Rules that keep the checker fast: one schema parameter, looked up by key and never
// distributed over; maps over the finite list of dtypes instead of parsed template text; no recursion. Budgets for all
// of it are tested (`test/types/budget.test.ts`).
import type { DType } from '../core/dtypes.js'

/** A plain JavaScript type in place of a dtype, for the asserted form `readCsv<{ Date: string }>(path)`. */
export type JsScalar = string | number | bigint | boolean | Date | null

/** What a schema may say of a column: `'float64'`, `'float64?'` (nulls may occur), or a JavaScript type. */
export type ColumnType = DType | `${DType}?` | JsScalar

/** Column names to their types. */
export type Schema = Readonly<Record<string, ColumnType>>

/**
 * Carries a frame's or table's parameters at compile time; absent at run time. It stands first in their interfaces: two
 * frames of different schemas, in an array or a conditional, are then told apart by one property instead of by the
 * structure of all methods, which is thousands of instantiations and at last an error.
 */
export declare const parametersOf: unique symbol

/** The schema of a frame whose columns are not known at compile time: any name is a column of any type. */
export interface Untyped {
  readonly [column: string]: any
}

type NullableNames = { [D in DType as `${D}?`]: D }

/** True when nulls may occur. */
export type IsNullable<C> = C extends keyof NullableNames ? true : null extends C ? true : false

/** The type without its nulls. */
export type NonNull<C> = C extends keyof NullableNames ? NullableNames[C] : Exclude<C, null>

/** The type with nulls. */
export type OrNull<C> = C extends DType ? `${C}?` : C extends keyof NullableNames ? C : C | null

/** `C`, nullable when `From` is. */
export type NullableAs<C, From> = IsNullable<From> extends false ? C : OrNull<C>

interface Kinds {
  bool: 'boolean'
  int8: 'number'
  int16: 'number'
  int32: 'number'
  int64: 'number'
  uint8: 'number'
  uint16: 'number'
  uint32: 'number'
  uint64: 'number'
  float32: 'number'
  float64: 'number'
  utf8: 'string'
  dict: 'string'
  date: 'date'
  'timestamp[ms]': 'date'
  'timestamp[us]': 'date'
  'timestamp[ns]': 'date'
}

/** What a type behaves like in expressions. */
export type KindOf<C> =
  NonNull<C> extends infer B
    ? B extends keyof Kinds
      ? Kinds[B]
      : B extends string
        ? 'string'
        : B extends number | bigint
          ? 'number'
          : B extends boolean
            ? 'boolean'
            : B extends Date
              ? 'date'
              : never
    : never

type NamesOf<K> = { [D in DType]: Kinds[D] extends K ? D | `${D}?` : never }[DType]

export type NumberType = NamesOf<'number'> | number | bigint | null
export type TextType = NamesOf<'string'> | null
export type BoolType = NamesOf<'boolean'> | boolean | null
export type DateType = NamesOf<'date'> | Date | null

/** How int64 and dates are read; the options of `compute`. */
export interface Reading {
  readonly int64: 'number' | 'bigint' | 'string'
  readonly dates: 'date' | 'ms' | 'iso'
}

export interface DefaultReading {
  readonly int64: 'number'
  readonly dates: 'date'
}

interface Int64Values {
  number: number
  bigint: bigint
  string: string
}

interface DateValues {
  date: Date
  ms: number
  iso: string
}

interface Values<V extends Reading> {
  bool: boolean
  int8: number
  int16: number
  int32: number
  int64: Int64Values[V['int64']]
  uint8: number
  uint16: number
  uint32: number
  uint64: Int64Values[V['int64']]
  float32: number
  float64: number
  utf8: string
  dict: string
  date: DateValues[V['dates']]
  'timestamp[ms]': DateValues[V['dates']]
  'timestamp[us]': DateValues[V['dates']]
  'timestamp[ns]': DateValues[V['dates']]
}

/** The JavaScript value of a column's type: `float64?` is `number | null`. */
export type Value<C, V extends Reading = DefaultReading> = C extends DType
  ? Values<V>[C]
  : C extends keyof NullableNames
    ? Values<V>[NullableNames[C]] | null
    : C

/** The typed array in which values of a dtype lie. */
export interface ValueArrays {
  bool: Uint8Array
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  uint16: Uint16Array
  uint32: Uint32Array
  uint64: BigUint64Array
  float32: Float32Array
  float64: Float64Array
  date: Int32Array
  'timestamp[ms]': BigInt64Array
  'timestamp[us]': BigInt64Array
  'timestamp[ns]': BigInt64Array
}

interface Arrays extends ValueArrays {
  utf8: readonly string[]
  dict: readonly string[]
}

type NumericArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

interface KindArrays {
  boolean: Uint8Array
  number: NumericArray
  string: readonly string[]
  date: Int32Array | BigInt64Array
}

/** The type of `values`: the column's own typed array; text is a lazily decoded string array. */
export type ArrayOf<C> = C extends DType
  ? Arrays[C]
  : C extends keyof NullableNames
    ? Arrays[NullableNames[C]]
    : KindArrays[KindOf<C>]

/** Evaluates a mapped or intersected type now, so that hovers stay readable and nothing deferred piles up. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}

/** `S` with the columns of `P` added or replaced; an unknown schema stays unknown. */
export type Merge<S, P> = 0 extends 1 & S
  ? any
  : { [K in keyof S | keyof P]: K extends keyof P ? P[K] : K extends keyof S ? S[K] : never } & {}

/** `S` with its columns renamed by the map `R`. */
export type Renamed<S, R> = 0 extends 1 & S
  ? any
  : { [K in keyof S as K extends keyof R ? (R[K] extends string ? R[K] : K) : K]: S[K] }

/** No options, no declarations: an object type without known keys. */
export type Nothing = Record<never, never>

/** A type error with a message. */
export interface FrameTypeError<Message extends string> {
  readonly error: Message
}
