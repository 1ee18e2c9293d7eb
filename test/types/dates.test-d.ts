// Compile-time expectations of `dt` and of texts that are read as dates; their run-time partners are test/plan/types.test.ts and
// test/frame/dates.test.ts.
import { df, type ModeOf, same, type TypeOf } from './expect.js'

export function parts(): void {
  const { Date: date, At: at } = df
  same<TypeOf<ReturnType<typeof date.dt.isoYear>>, 'int32'>(true)
  same<TypeOf<ReturnType<typeof at.dt.nanosecond>>, 'int32?'>(true)
  same<TypeOf<ReturnType<typeof at.dt.isLeapYear>>, 'bool?'>(true)
  same<TypeOf<ReturnType<typeof at.dt.monthEnd>>, 'timestamp[us]?'>(true)
  same<TypeOf<ReturnType<typeof date.dt.offsetBy>>, 'date'>(true)
  same<TypeOf<ReturnType<typeof date.dt.format>>, 'utf8'>(true)
  const rounded = at.dt.round('15m')
  same<TypeOf<typeof rounded>, 'timestamp[us]?'>(true)
  const mode = at.max().dt.truncate('week')
  same<ModeOf<typeof mode>, 'agg'>(true)
  // @ts-expect-error no unit
  at.dt.round('fortnight')
  // @ts-expect-error no date
  df.Close.dt.offsetBy('1d')
}

export function differences(): void {
  const days = df.Date.dt.diff('2020-01-01', 'd')
  same<TypeOf<typeof days>, 'int64'>(true)
  const months = df.Date.dt.diff(df.At, 'mo')
  same<TypeOf<typeof months>, 'int64?'>(true)
  // @ts-expect-error a long unit
  df.Date.dt.diff('2020-01-01', 'days')
  // @ts-expect-error a number is no date
  df.Date.dt.diff(df.Close, 'd')
}

export function zones(): void {
  const zoned = df.At.dt.inZone('Europe/Berlin')
  same<TypeOf<ReturnType<typeof zoned.hour>>, 'int32?'>(true)
  same<TypeOf<ReturnType<typeof zoned.toDate>>, 'date?'>(true)
  same<TypeOf<ReturnType<typeof zoned.wallClock>>, 'timestamp[us]?'>(true)
  // @ts-expect-error seconds since the epoch are the same in every zone
  zoned.epoch('s')
  const strict = df.At.max().cast('timestamp[us]').dt.toUtc('Europe/Berlin', { ambiguous: 'latest' })
  same<TypeOf<typeof strict>, 'timestamp[us]?'>(true)
  const made = df.Date.cast('timestamp[ms]')
  const instant = made.dt.toUtc('Europe/Berlin', { ambiguous: 'latest' })
  same<TypeOf<typeof instant>, 'timestamp[ms]'>(true)
  const perhaps = made.dt.toUtc('Europe/Berlin', { nonexistent: 'null' })
  same<TypeOf<typeof perhaps>, 'timestamp[ms]?'>(true)
  // @ts-expect-error pandas' word
  made.dt.toUtc('Europe/Berlin', { nonexistent: 'shift_forward' })
}

export function texts(): void {
  const date = df.Ticker.str.toDate('%F')
  same<TypeOf<typeof date>, 'date'>(true)
  const lax = df.Ticker.str.toDate('%F', { strict: false })
  same<TypeOf<typeof lax>, 'date?'>(true)
  const stamp = df.Ticker.str.toTimestamp()
  same<TypeOf<typeof stamp>, 'timestamp[us]'>(true)
  const fine = df.Ticker.str.toTimestamp('%F %T.%9f', { unit: 'ns', strict: false })
  same<TypeOf<typeof fine>, 'timestamp[ns]?'>(true)
  // @ts-expect-error a misspelt option
  df.Ticker.str.toDate('%F', { strikt: false })
  // @ts-expect-error no unit of timestamps
  df.Ticker.str.toTimestamp('%F', { unit: 's' })
}
