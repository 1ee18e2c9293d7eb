import type { NullableAs } from '../schema-types.js'
import type { Expr } from './expr.js'
import type {
  Arithmetic,
  Difference,
  FloorQuotient,
  ForKind,
  Mode,
  ModeOf,
  Negated,
  Quotient,
  Term,
} from './operand-types.js'

/**
 * Arithmetic. Integers are checked and come out as int64 (an overflow fails the query with ERR_OVERFLOW); with a float
 * on either side the result is float64. Null where either side is null.
 */
export interface ArithmeticMethods<C, M extends Mode> {
  /**
   * Sum; a date plus whole days, a timestamp plus ticks of its unit. pandas: `s + x`.
   *
   * @example df.withColumns((c) => ({ due: c.Date.add(30) }))
   * @throws ERR_TYPE for operands that do not add
   */
  add<const O extends Term<C>>(other: O): Expr<Arithmetic<C, O>, M | ModeOf<O>>

  /**
   * Difference; of two dates the days, of two timestamps the ticks of the finer unit. pandas: `s - x`.
   *
   * @example df.withColumns((c) => ({ range: c.High.sub(c.Low) }))
   * @throws ERR_TYPE for operands that do not subtract
   */
  sub<const O extends Term<C>>(other: O): Expr<Difference<C, O>, M | ModeOf<O>>

  /**
   * Product. pandas: `s * x`.
   *
   * @example df.withColumns((c) => ({ cents: c.Close.mul(100) }))
   * @throws ERR_TYPE unless both are numbers
   */
  mul<const O extends Term<C>>(other: O): Expr<Arithmetic<C, O>, M | ModeOf<O>>

  /**
   * Quotient, always float64; by zero it is infinite or NaN. pandas: `s / x`.
   *
   * @example df.withColumns((c) => ({ change: c.Close.div(c.Open).sub(1) }))
   * @throws ERR_TYPE unless both are numbers
   */
  div<const O extends Term<C>>(other: O): Expr<Quotient<C, O>, M | ModeOf<O>>

  /**
   * Quotient rounded down; integers by zero are null. pandas: `s // x`.
   *
   * @example df.withColumns((c) => ({ decade: c.Year.floorDiv(10).mul(10) }))
   * @throws ERR_TYPE unless both are numbers
   */
  floorDiv<const O extends Term<C>>(other: O): Expr<FloorQuotient<C, O>, M | ModeOf<O>>

  /**
   * Remainder of `floorDiv`: it has the sign of the divisor, unlike JavaScript's `%`; integers by zero are null.
   * pandas: `s % x`.
   *
   * @example df.filter(df.Id.mod(2).eq(0))
   * @throws ERR_TYPE unless both are numbers
   */
  mod<const O extends Term<C>>(other: O): Expr<FloorQuotient<C, O>, M | ModeOf<O>>

  /**
   * Power, always float64. pandas: `s ** x`.
   *
   * @example df.withColumns((c) => ({ square: c.x.pow(2) }))
   * @throws ERR_TYPE unless both are numbers
   */
  pow<const O extends Term<C>>(other: O): Expr<Quotient<C, O>, M | ModeOf<O>>

  /**
   * The negative. pandas: `-s`.
   *
   * @example df.withColumns((c) => ({ loss: c.Gain.neg() }))
   * @throws ERR_TYPE unless it is a number
   */
  neg(): Expr<Negated<C>, M>

  /**
   * The absolute value, of the same type. pandas: `s.abs()`.
   *
   * @example df.filter(df.Change.abs().gt(0.05))
   * @throws ERR_TYPE unless it is a number
   */
  abs(): Expr<C, M>

  /**
   * Rounds half away from zero, to `digits` decimals (negative: tens, hundreds). pandas: `s.round(digits)`, which
   * rounds half to even.
   *
   * @example df.withColumns((c) => ({ price: c.Close.round(2) }))
   * @throws ERR_TYPE unless it is a number
   */
  round(digits?: number): Expr<C, M>

  /**
   * Rounds down. numpy: `np.floor(s)`.
   *
   * @example df.withColumns((c) => ({ whole: c.Close.floor() }))
   * @throws ERR_TYPE unless it is a number
   */
  floor(): Expr<C, M>

  /**
   * Rounds up. numpy: `np.ceil(s)`.
   *
   * @example df.withColumns((c) => ({ whole: c.Close.ceil() }))
   * @throws ERR_TYPE unless it is a number
   */
  ceil(): Expr<C, M>

  /**
   * Square root; of negative numbers NaN. numpy: `np.sqrt(s)`.
   *
   * @example df.withColumns((c) => ({ root: c.Area.sqrt() }))
   * @throws ERR_TYPE unless it is a number
   */
  sqrt(): Real<C, M>

  /**
   * e to the power of it. numpy: `np.exp(s)`.
   *
   * @example df.withColumns((c) => ({ growth: c.Rate.exp() }))
   * @throws ERR_TYPE unless it is a number
   */
  exp(): Real<C, M>

  /**
   * Natural logarithm. numpy: `np.log(s)`.
   *
   * @example df.withColumns((c) => ({ logPrice: c.Close.log() }))
   * @throws ERR_TYPE unless it is a number
   */
  log(): Real<C, M>

  /**
   * Logarithm to base 2. numpy: `np.log2(s)`.
   *
   * @example df.withColumns((c) => ({ bits: c.Size.log2() }))
   * @throws ERR_TYPE unless it is a number
   */
  log2(): Real<C, M>

  /**
   * Logarithm to base 10. numpy: `np.log10(s)`.
   *
   * @example df.withColumns((c) => ({ magnitude: c.Size.log10() }))
   * @throws ERR_TYPE unless it is a number
   */
  log10(): Real<C, M>
}

type Real<C, M extends Mode> = ForKind<
  C,
  'number',
  Expr<NullableAs<'float64', C>, M>,
  'this needs a number column'
>
