import type { DifferenceUnit, EpochUnit } from '../../plan/expression/dates.js'
import type { NullableAs, OrNull } from '../schema-types.js'
import type { CalendarMethods } from './calendar-methods.js'
import type { Expr } from './expr.js'
import type { Difference, Mode, ModeOf, Operand } from './operand-types.js'

/** What becomes of a time that a zone's clocks show twice, as they are set back: by default an error. */
export type Ambiguous = 'raise' | 'earliest' | 'latest' | 'null'

/** What becomes of a time that a zone's clocks skip, as they are set forward: by default an error. */
export type Nonexistent = 'raise' | 'shiftForward' | 'shiftBackward' | 'null'

export interface ToUtcOptions {
  /** A time that comes twice: the first, the second, null, or the error ERR_CAST (`raise`, default). */
  readonly ambiguous?: Ambiguous
  /**
   * A time that does not exist: the first instant behind the gap, the last one before, null, or the error ERR_CAST
   * (`raise`, default).
   */
  readonly nonexistent?: Nonexistent
}

type InstantOf<C, O> = O extends { readonly ambiguous: 'null' } | { readonly nonexistent: 'null' }
  ? OrNull<C>
  : C

/** Operations on dates and timestamps, all in UTC; null stays null. A date has the time 00:00. */
export interface DateMethods<C, M extends Mode> extends CalendarMethods<C, M> {
  /**
   * Whole units since 1970-01-01, rounded down. pandas: `s.astype('int64')`.
   *
   * @example df.withColumns((c) => ({ seconds: c.At.dt.epoch('s') }))
   * @throws ERR_INVALID_ARGUMENT for an unknown unit
   */
  epoch(unit: EpochUnit): Expr<NullableAs<'int64', C>, M>

  /**
   * Whole units from the other time to this one, towards zero; negative when this one is earlier. A month is whole once
   * its day and time of day are reached. pandas: `(s - t) // pd.Timedelta('1h')`; Polars: `(s - t).dt.total_hours()`.
   *
   * @example df.withColumns((c) => ({ hours: c.At.dt.diff(c.Date, 'h'), months: c.At.dt.diff('2019-06-30', 'mo') }))
   * @throws ERR_TYPE unless both are dates or timestamps, ERR_INVALID_ARGUMENT for an unknown unit
   */
  diff<const O extends Operand<C>>(other: O, unit: DifferenceUnit): Expr<Difference<C, O>, M | ModeOf<O>>

  /**
   * What the calendar and the clocks of a time zone say at an instant: `.hour()`, `.truncate('day')`, `.format('%H:%M')`
   * and the rest of `dt`'s. Zones are those of the IANA database, or offsets such as `+05:30`. pandas:
   * `s.dt.tz_convert(zone).dt`; Polars: `dt.convert_time_zone(zone).dt`.
   *
   * @example df.withColumns((c) => ({ hour: c.At.dt.inZone('America/New_York').hour() }))
   * @throws ERR_INVALID_ARGUMENT for an unknown zone, with a did-you-mean; ERR_TYPE for a date
   */
  inZone(zone: string): ZonedDateMethods<C, M>

  /**
   * The instant at which the clocks of a time zone show this timestamp. pandas: `s.dt.tz_localize(zone)`; Polars:
   * `dt.replace_time_zone(zone)`.
   *
   * @example df.withColumns((c) => ({ at: c.At.dt.toUtc('Europe/Berlin', { ambiguous: 'earliest' }) }))
   * @throws ERR_INVALID_ARGUMENT for an unknown zone; when it runs, ERR_CAST for a time that comes twice or not at all
   */
  toUtc<const O extends ToUtcOptions = ToUtcOptions>(zone: string, options?: O): Expr<InstantOf<C, O>, M>
}

/**
 * The calendar and clocks of a time zone. Results that are times, as of `truncate` and `offsetBy`, are instants again:
 * the first at which the clocks show that time, or the first behind a gap. Lengths of days, weeks, months and years go
 * by the calendar, shorter ones by the time that passes.
 */
export interface ZonedDateMethods<C, M extends Mode> extends CalendarMethods<C, M> {
  /**
   * What the clocks show, as a timestamp without a zone. pandas: `s.dt.tz_convert(zone).dt.tz_localize(None)`.
   *
   * @example df.withColumns((c) => ({ local: c.At.dt.inZone('Asia/Kolkata').wallClock() }))
   */
  wallClock(): Expr<C, M>
}
