import type { TruncateUnit } from '../../plan/expression/dates.js'
import type { NullableAs } from '../schema-types.js'
import type { Expr } from './expr.js'
import type { Mode } from './operand-types.js'

type Part<C, M extends Mode> = Expr<NullableAs<'int32', C>, M>

/** A length of time such as `15m`, `2w` or `1h30m`; units are ns, us, ms, s, m, h, d, w, mo, q, y. */
export type Multiple = `${number}${string}`

/** What a calendar and a clock say: in UTC under `dt`, in a zone under `dt.inZone(zone)`. Null stays null. */
export interface CalendarMethods<C, M extends Mode> {
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
   * Millisecond of the second, 0 to 999. Polars: `dt.millisecond()`.
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
   * Microsecond of the second, 0 to 999,999. pandas: `s.dt.microsecond`.
   *
   * @example df.withColumns((c) => ({ micros: c.At.dt.microsecond() }))
   */
  microsecond(): Part<C, M>

  /**
   * Nanosecond of the second, 0 to 999,999,999. Polars: `dt.nanosecond()`; pandas' `s.dt.nanosecond` is its last three
   * digits.
   *
   * @example df.withColumns((c) => ({ nanos: c.At.dt.nanosecond() }))
   */
  nanosecond(): Part<C, M>

  /**
   * Week of the ISO year, 1 to 53; weeks begin on Monday, and the first has the year's first Thursday. pandas:
   * `s.dt.isocalendar().week`.
   *
   * @example df.withColumns((c) => ({ week: c.Date.dt.week() }))
   */
  week(): Part<C, M>

  /**
   * Year that the ISO week belongs to. pandas: `s.dt.isocalendar().year`; Polars: `dt.iso_year()`.
   *
   * @example df.withColumns((c) => ({ year: c.Date.dt.isoYear(), week: c.Date.dt.week() }))
   */
  isoYear(): Part<C, M>

  /**
   * Days that the month has, 28 to 31. pandas: `s.dt.days_in_month`.
   *
   * @example df.withColumns((c) => ({ daily: c.Volume.div(c.Date.dt.daysInMonth()) }))
   */
  daysInMonth(): Part<C, M>

  /**
   * Lies in a year of 366 days. pandas: `s.dt.is_leap_year`.
   *
   * @example df.filter(df.Date.dt.isLeapYear())
   */
  isLeapYear(): Expr<NullableAs<'bool', C>, M>

  /**
   * The first day of the month, at the same time of day. Polars: `dt.month_start()`.
   *
   * @example df.withColumns((c) => ({ from: c.Date.dt.monthStart() }))
   */
  monthStart(): Expr<C, M>

  /**
   * The last day of the month, at the same time of day. Polars: `dt.month_end()`.
   *
   * @example df.withColumns((c) => ({ due: c.Date.dt.monthEnd() }))
   */
  monthEnd(): Expr<C, M>

  /**
   * The start of the unit that it lies in, or of a multiple such as `15m`, `2w` or `6mo`, of the same type. Weeks start on
   * Monday; multiples count from 1970-01-01 (weeks from Monday the 5th), months from January of year 0. pandas:
   * `s.dt.floor`, `s.dt.to_period`; Polars: `dt.truncate`.
   *
   * @example df.withColumns((c) => ({ month: c.Date.dt.truncate('month'), quarterHour: c.At.dt.truncate('15m') }))
   * @throws ERR_INVALID_ARGUMENT for an unknown unit, or one that is no whole number of the type's steps
   */
  truncate(unit: TruncateUnit | Multiple): Expr<C, M>

  /**
   * The nearest start of a unit or multiple, the later one from half way on. pandas: `s.dt.round`, which takes the even
   * one of two as near; Polars: `dt.round`.
   *
   * @example df.withColumns((c) => ({ hour: c.At.dt.round('hour') }))
   * @throws ERR_INVALID_ARGUMENT for an unknown unit, or one that is no whole number of the type's steps
   */
  round(unit: TruncateUnit | Multiple): Expr<C, M>

  /**
   * Moved by a length of time: `1mo`, `-3d`, `2h30m`; units are ns, us, ms, s, m, h, d, w, mo, q, y. Months go first; a day
   * that the month does not have becomes its last. pandas: `s + pd.DateOffset(months=1)`; Polars: `dt.offset_by('1mo')`.
   *
   * @example df.withColumns((c) => ({ due: c.Date.dt.offsetBy('1mo') }))
   * @throws ERR_INVALID_ARGUMENT for what is no length of time, or no whole number of the type's steps
   */
  offsetBy(length: string): Expr<C, M>

  /**
   * The date of a timestamp. pandas: `s.dt.date`.
   *
   * @example df.withColumns((c) => ({ day: c.At.dt.toDate() }))
   */
  toDate(): Expr<NullableAs<'date', C>, M>

  /**
   * As text, by a pattern in the manner of strftime, with English names: `%Y-%m-%d %H:%M:%S`; at most 256 bytes. Fields
   * are %Y %y %m %d %e %j %B %b %A %a %H %I %p %P %M %S %s %z %:z %Z %G %V %u %w %U %W %F %T %R %D; `%-d` and its like
   * without leading zeros; %f %3f %6f %9f digits of the second, `%.f` a point and as many as there are. pandas:
   * `s.dt.strftime`; Polars: `dt.strftime`. Copies the texts.
   *
   * @example df.withColumns((c) => ({ day: c.Date.dt.format('%d.%m.%Y') }))
   * @throws ERR_INVALID_ARGUMENT for an unknown field
   */
  format(pattern: string): Expr<NullableAs<'utf8', C>, M>
}
