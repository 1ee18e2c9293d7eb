import type { IsNullable, NonNull, NullableAs } from '../schema-types.js'
import type { Expr } from './expr.js'
import type { Fill, ForKind, Mode, ModeOf, TypeOf } from './operand-types.js'

/** Missing values. Null is "no value"; NaN is a number and not missing. */
export interface NullMethods<C, M extends Mode> {
  /**
   * Is missing. pandas: `s.isna()`.
   *
   * @example df.filter(df.Close.isNull())
   */
  isNull(): Expr<'bool', M>

  /**
   * Is not missing. pandas: `s.notna()`.
   *
   * @example df.filter(df.Close.isNotNull())
   */
  isNotNull(): Expr<'bool', M>

  /**
   * Is the number NaN; null stays null. numpy: `np.isnan(s)`.
   *
   * @example df.filter(df.Ratio.isNaN().not())
   * @throws ERR_TYPE unless it is a number
   */
  isNaN(): ForKind<C, 'number', Expr<NullableAs<'bool', C>, M>, 'isNaN() needs a number column'>

  /**
   * Puts a value where there is none. pandas: `s.fillna(value)`.
   *
   * @example df.withColumns((c) => ({ Volume: c.Volume.fillNull(0) }))
   * @throws ERR_TYPE when the value is of another kind
   */
  fillNull<const O extends Fill<C>>(
    value: O,
  ): Expr<IsNullable<TypeOf<O>> extends false ? NonNull<C> : C, M | ModeOf<O>>

  /**
   * Puts a value, or null, where the number is NaN. Polars: `fill_nan`.
   *
   * @example df.withColumns((c) => ({ Ratio: c.Ratio.fillNaN(0) }))
   * @throws ERR_TYPE unless it is a float column
   */
  fillNaN<const O extends Fill<C> | null>(
    value: O,
  ): Expr<O extends null ? NullableAs<'float64', null> : NullableAs<'float64', C>, M | ModeOf<O>>

  /**
   * The first value that is not missing, from left to right. SQL: `coalesce`.
   *
   * @example df.withColumns((c) => ({ name: c.Nick.coalesce(c.Name, 'unknown') }))
   * @throws ERR_TYPE when the values have no common type
   */
  coalesce<const O extends readonly Fill<C>[]>(
    ...others: O
  ): Expr<false extends IsNullable<TypeOf<O[number]>> ? NonNull<C> : C, M | ModeOf<O[number]>>
}
