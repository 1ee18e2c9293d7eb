import type { IsNullable } from '../schema-types.js'
import type { Expr, Typed } from './expr.js'
import type { Condition, Mode, ModeOf, Operand, TypeOf } from './operand-types.js'

/**
 * Comparisons of like with like: numbers, text (by UTF-8 bytes), booleans, dates and timestamps, with a literal or
 * another expression. The result is null where either side is, and `filter` drops null. NaN equals nothing.
 */
export interface ComparisonMethods<C, M extends Mode> {
  /**
   * Is equal. pandas: `s == x`.
   *
   * @example df.filter(df.Ticker.eq('AAPL'))
   * @throws ERR_TYPE when the two cannot be compared, ERR_INVALID_ARGUMENT for null (use `isNull`)
   */
  eq<const O extends Operand<C>>(other: O): Expr<Condition<C, O>, M | ModeOf<O>>

  /**
   * Is not equal; NaN differs from everything. pandas: `s != x`.
   *
   * @example df.filter(df.Ticker.ne('AAPL'))
   * @throws ERR_TYPE, ERR_INVALID_ARGUMENT as `eq` does
   */
  ne<const O extends Operand<C>>(other: O): Expr<Condition<C, O>, M | ModeOf<O>>

  /**
   * Is less. pandas: `s < x`.
   *
   * @example df.filter(df.Close.lt(df.Open))
   * @throws ERR_TYPE, ERR_INVALID_ARGUMENT as `eq` does
   */
  lt<const O extends Operand<C>>(other: O): Expr<Condition<C, O>, M | ModeOf<O>>

  /**
   * Is less or equal. pandas: `s <= x`.
   *
   * @example df.filter(df.Date.le('2020-12-31'))
   * @throws ERR_TYPE, ERR_INVALID_ARGUMENT as `eq` does
   */
  le<const O extends Operand<C>>(other: O): Expr<Condition<C, O>, M | ModeOf<O>>

  /**
   * Is greater. pandas: `s > x`.
   *
   * @example df.filter(df.Close.gt(0))
   * @throws ERR_TYPE, ERR_INVALID_ARGUMENT as `eq` does
   */
  gt<const O extends Operand<C>>(other: O): Expr<Condition<C, O>, M | ModeOf<O>>

  /**
   * Is greater or equal. pandas: `s >= x`.
   *
   * @example df.filter(df.Date.ge(new Date('2020-01-01')))
   * @throws ERR_TYPE, ERR_INVALID_ARGUMENT as `eq` does
   */
  ge<const O extends Operand<C>>(other: O): Expr<Condition<C, O>, M | ModeOf<O>>

  /**
   * Is equal, and two nulls are equal too; never null. SQL: `is not distinct from`.
   *
   * @example df.filter(df.Old.eqMissing(df.New).not())
   * @throws ERR_TYPE as `eq` does
   */
  eqMissing<const O extends Operand<C> | null>(other: O): Expr<'bool', M | ModeOf<O>>

  /**
   * Lies from `low` to `high`, both included. pandas: `s.between(low, high)`.
   *
   * @example df.filter(df.Date.between('2020-01-01', '2020-12-31'))
   * @throws ERR_TYPE, ERR_INVALID_ARGUMENT as `eq` does
   */
  between<const L extends Operand<C>, const H extends Operand<C>>(
    low: L,
    high: H,
  ): Expr<
    IsNullable<C> | IsNullable<TypeOf<L>> | IsNullable<TypeOf<H>> extends false ? 'bool' : 'bool?',
    M | ModeOf<L> | ModeOf<H>
  >

  /**
   * Is one of the values; null where the column is, and a null in the list matches nothing. One hash lookup a row,
   * whatever the list's length. pandas: `s.isin(values)`.
   *
   * @example df.filter(df.Ticker.isIn(['AAPL', 'MSFT']))
   * @throws ERR_TYPE when a value is of another kind than the column
   */
  isIn(
    values: Iterable<Operand<C> extends infer O ? Exclude<O, Typed<any, Mode>> | null : never>,
  ): Expr<Condition<C, never>, M>
}
