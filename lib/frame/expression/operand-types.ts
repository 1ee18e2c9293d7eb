// Which operands an operation takes and what comes out, by lookup on the column's kind.
import type {
  BoolType,
  DateType,
  FrameTypeError,
  IsNullable,
  KindOf,
  NonNull,
  NullableAs,
  NumberType,
  OrNull,
  TextType,
} from '../schema-types.js'
import type { modeOf, Typed, typeOf } from './expr.js'

/** `row`: one value a row. `agg`: one value a group. A constant is `never`, which goes with either. */
export type Mode = 'row' | 'agg'

interface Operands {
  number: number | bigint | Typed<NumberType, Mode>
  string: string | Typed<TextType, Mode>
  boolean: boolean | Typed<BoolType, Mode>
  date: Date | string | Typed<DateType, Mode>
}

/** What a column may be compared with. ISO text stands for a date. */
export type Operand<C> = 0 extends 1 & C ? any : Operands[KindOf<C>]

/** What stands in for a missing value. */
export type Fill<C> = Operand<C>

interface Terms {
  number: number | bigint | Typed<NumberType, Mode>
  date: number | bigint | Date | string | Typed<NumberType | DateType, Mode>
  string: FrameTypeError<'arithmetic needs a number or date column; cast the text first, or use concatStr'>
  boolean: FrameTypeError<'arithmetic needs a number or date column; cast the condition first'>
}

/** What may be added to a column. */
export type Term<C> = 0 extends 1 & C ? any : Terms[KindOf<C>]

/** The column type of an operand; a literal has none. */
export type TypeOf<O> = O extends { readonly [typeOf]: infer C } ? C : 'bool'

/** The mode of an operand; a literal goes with everything. */
export type ModeOf<O> = O extends { readonly [modeOf]: infer M extends Mode } ? M : never

/** A condition over `C` and `O`: null where either is. */
export type Condition<C, O> = IsNullable<C> | IsNullable<TypeOf<O>> extends false ? 'bool' : 'bool?'

interface Widths {
  float32: 'float'
  float64: 'float'
  int8: 'int'
  int16: 'int'
  int32: 'int'
  int64: 'int'
  uint8: 'int'
  uint16: 'int'
  uint32: 'int'
  uint64: 'uint64'
  date: 'date'
  'timestamp[ms]': 'date'
  'timestamp[us]': 'date'
  'timestamp[ns]': 'date'
}

type WidthOf<C> = NonNull<C> extends infer B ? (B extends keyof Widths ? Widths[B] : 'js') : never

// A number literal may be whole or not, so an integer with one is just a number.
type OperandWidth<O> = O extends { readonly [typeOf]: infer C }
  ? WidthOf<C>
  : O extends bigint
    ? 'int'
    : O extends Date | string
      ? 'date'
      : 'js'

interface Sums {
  float: { float: 'float64'; int: 'float64'; uint64: 'float64'; js: 'float64'; date: never }
  int: { float: 'float64'; int: 'int64'; uint64: 'int64'; js: number; date: never }
  uint64: { float: 'float64'; int: 'int64'; uint64: 'uint64'; js: number; date: never }
  js: { float: 'float64'; int: number; uint64: number; js: number; date: never }
}

type Sum<C, O> = WidthOf<C> extends keyof Sums ? Sums[WidthOf<C>][OperandWidth<O>] : NonNull<C>

/** The result of add, sub and mul. */
export type Arithmetic<C, O> = 0 extends 1 & C ? any : OrNullOf<Sum<C, O>, C, O>

/** Like `Arithmetic`, but for the difference of two dates, which counts days or ticks. */
export type Difference<C, O> = 0 extends 1 & C
  ? any
  : OrNullOf<
      WidthOf<C> extends 'date' ? (OperandWidth<O> extends 'date' ? 'int64' : NonNull<C>) : Sum<C, O>,
      C,
      O
    >

/** The result of div and pow. */
export type Quotient<C, O> = OrNullOf<'float64', C, O>

/** The result of floorDiv and mod: an integer divided by zero is null. */
export type FloorQuotient<C, O> =
  WidthOf<C> extends 'float'
    ? OrNullOf<'float64', C, O>
    : OperandWidth<O> extends 'float'
      ? OrNullOf<'float64', C, O>
      : WidthOf<C> | OperandWidth<O> extends 'int' | 'uint64'
        ? 'int64?'
        : number | null

type OrNullOf<R, C, O> = IsNullable<C> | IsNullable<TypeOf<O>> extends false ? R : OrNull<R>

/** The result of neg. */
export type Negated<C> = NullableAs<
  WidthOf<C> extends 'float' ? 'float64' : WidthOf<C> extends 'js' ? number : 'int64',
  C
>

/** The result of sum. */
export type Total<C> =
  WidthOf<C> extends 'float'
    ? 'float64'
    : WidthOf<C> extends 'uint64'
      ? 'uint64'
      : KindOf<C> extends 'number'
        ? WidthOf<C> extends 'js'
          ? number
          : 'int64'
        : 'int64'

/** `R` when `C` is of one of the kinds, else a type error. */
export type ForKind<C, K, R, Message extends string> = 0 extends 1 & C
  ? R
  : KindOf<C> extends K
    ? R
    : FrameTypeError<Message>
