import type { BoolType, NullableAs } from '../schema-types.js'
import type { Expr, Typed } from './expr.js'
import type { Condition, ForKind, Mode, ModeOf } from './operand-types.js'

type Other = boolean | Typed<BoolType, Mode>
type Logic<C, O, M extends Mode> = ForKind<
  C,
  'boolean',
  Expr<Condition<C, O>, M | ModeOf<O>>,
  'logic needs conditions; make one by comparing: .gt(0)'
>

/** Kleene logic over conditions: null means not known, so `false and null` is false and `true and null` null. */
export interface LogicMethods<C, M extends Mode> {
  /**
   * Both. pandas: `a & b`.
   *
   * @example df.filter(df.Close.gt(0).and(df.Volume.gt(1000)))
   * @throws ERR_TYPE unless both are conditions
   */
  and<const O extends Other>(other: O): Logic<C, O, M>

  /**
   * Either or both. pandas: `a | b`.
   *
   * @example df.filter(df.Close.gt(100).or(df.Ticker.eq('AAPL')))
   * @throws ERR_TYPE unless both are conditions
   */
  or<const O extends Other>(other: O): Logic<C, O, M>

  /**
   * Exactly one. pandas: `a ^ b`.
   *
   * @example df.filter(df.Up.xor(df.Down))
   * @throws ERR_TYPE unless both are conditions
   */
  xor<const O extends Other>(other: O): Logic<C, O, M>

  /**
   * The opposite; null stays null. pandas: `~a`.
   *
   * @example df.filter(df.Ticker.isIn(['AAPL']).not())
   * @throws ERR_TYPE unless it is a condition
   */
  not(): ForKind<C, 'boolean', Expr<NullableAs<'bool', C>, M>, 'not() needs a condition'>
}
