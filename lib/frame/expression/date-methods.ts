import type { EpochUnit, TruncateUnit } from '../../plan/expression/dates.js'
import type { NullableAs } from '../schema-types.js'
import type { Expr } from './expr.js'
import type { Mode } from './operand-types.js'

type Part<C, M extends Mode> = Expr<NullableAs<'int32', C>, M>

/** Operations on dates and timestamps, all in UTC; null stays null. A date has the time 00:00. */
export interface DateMethods<C, M extends Mode> {
  /**
   * Year. pandas: `s.dt.year`.
   *
   * @example df.withColumns((c) => ({ year: c.Date.dt.year() }))
   */
  year(): Part<C, M>

  /**
   * Month, 1 to 12. pandas: `s.dt.month`.
   *
   * @example df.filter(df.Date.dt.month().eq(12))
   */
  month(): Part<C, M>

  /**
   * Day of the month, 1 to 31. pandas: `s.dt.day`.
   *
   * @example df.filter(df.Date.dt.day().eq(1))
   */
  day(): Part<C, M>

  /**
   * Hour, 0 to 23. pandas: `s.dt.hour`.
   *
   * @example df.withColumns((c) => ({ hour: c.At.dt.hour() }))
   */
  hour(): Part<C, M>

  /**
   * Minute, 0 to 59. pandas: `s.dt.minute`.
   *
   * @example df.withColumns((c) => ({ minute: c.At.dt.minute() }))
   */
  minute(): Part<C, M>

  /**
   * Second, 0 to 59. pandas: `s.dt.second`.
   *
   * @example df.withColumns((c) => ({ second: c.At.dt.second() }))
   */
  second(): Part<C, M>

  /**
   * Millisecond, 0 to 999. pandas: `s.dt.microsecond // 1000`.
   *
   * @example df.filter(df.At.dt.millisecond().eq(0))
   */
  millisecond(): Part<C, M>

  /**
   * Day of the week, Monday 1 to Sunday 7. pandas: `s.dt.dayofweek + 1`.
   *
   * @example df.filter(df.Date.dt.weekday().le(5))
   */
  weekday(): Part<C, M>

  /**
   * Day of the year, 1 to 366. pandas: `s.dt.dayofyear`.
   *
   * @example df.withColumns((c) => ({ n: c.Date.dt.dayOfYear() }))
   */
  dayOfYear(): Part<C, M>

  /**
   * Quarter, 1 to 4. pandas: `s.dt.quarter`.
   *
   * @example df.withColumns((c) => ({ quarter: c.Date.dt.quarter() }))
   */
  quarter(): Part<C, M>

  /**
   * The start of the unit that it lies in, of the same type; weeks start on Monday. pandas: `s.dt.floor`,
   * `s.dt.to_period`.
   *
   * @example df.withColumns((c) => ({ month: c.Date.dt.truncate('month') }))
   * @throws ERR_INVALID_ARGUMENT for an unknown unit
   */
  truncate(unit: TruncateUnit): Expr<C, M>

  /**
   * The date of a timestamp. pandas: `s.dt.date`.
   *
   * @example df.withColumns((c) => ({ day: c.At.dt.toDate() }))
   */
  toDate(): Expr<NullableAs<'date', C>, M>

  /**
   * Whole units since 1970-01-01, rounded down. pandas: `s.astype('int64')`.
   *
   * @example df.withColumns((c) => ({ seconds: c.At.dt.epoch('s') }))
   * @throws ERR_INVALID_ARGUMENT for an unknown unit
   */
  epoch(unit: EpochUnit): Expr<NullableAs<'int64', C>, M>
}
