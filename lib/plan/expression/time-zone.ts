// Time zones: names, and when their offsets change. All is asked of the Intl of this JavaScript engine, once for each
// zone, so that results agree with its Date and do not depend on files of the system.
import { suggestion } from '../../core/did-you-mean.js'
import { invalidArgument, MillraceError } from '../../core/errors.js'

/** The first offset, then ascending times and the offsets from then on, in seconds of UTC. */
export type ZoneTable = readonly number[]

const secondsPerDay = 86_400
const firstKnown = Date.UTC(1800, 0, 1) / 1000
// Nothing changed before but local mean times becoming a zone's.
const dense = Date.UTC(1900, 0, 1) / 1000
/** The engine repeats later years by the rule of the 28 before: native/expr/zone_table.cc says the same. */
const lastKnown = Date.UTC(2129, 0, 1) / 1000
// The shortest stretch of one offset that a zone has had since 1900 is 6.96 days (America/Recife in 2000).
const denseStep = 6 * secondsPerDay
const sparseStep = 90 * secondsPerDay
// What nearly all changes lie on.
const quarterHour = 900

const tables = new Map<string, ZoneTable>()
const formats = new Map<string, Intl.DateTimeFormat>()

/** A zone's name as given: one that Intl knows, or a fixed offset such as `+05:30`. Throws ERR_INVALID_ARGUMENT. */
export function checkZone(name: unknown, what: string): string {
  if (typeof name !== 'string')
    throw invalidArgument('the name of a time zone', what, name, "as in 'Europe/Berlin'")
  if (fixedOffset(name) !== undefined) return name
  try {
    formatOf(name)
    return name
  } catch {
    throw new MillraceError('ERR_INVALID_ARGUMENT', `${what} ${JSON.stringify(name)} is no known time zone`, {
      text: name,
      hint: `${suggestion(name, Intl.supportedValuesOf('timeZone'))}; names are those of the IANA database, as 'Europe/Berlin', or offsets, as '+05:30'`,
    })
  }
}

/** When the offsets of a zone change, up to the year 2129. Costs some 25 ms once for each zone. */
export function zoneTable(name: string): ZoneTable {
  const known = tables.get(name)
  if (known) return known
  const fixed = fixedOffset(name)
  const table = Object.freeze(fixed === undefined ? findChanges(offsetsOf(name)) : [fixed])
  tables.set(name, table)
  return table
}

function fixedOffset(name: string): number | undefined {
  const match = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/.exec(name)
  if (!match) return undefined
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60
  return match[1] === '-' && seconds > 0 ? -seconds : seconds
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, format)
  return format
}

// `1/1/1970, GMT+01:00`, with seconds where there are some, and none of it at UTC.
const offsetText = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/

/** The offset at a time, both in seconds. */
function offsetsOf(zone: string): (seconds: number) => number {
  const format = formatOf(zone)
  return seconds => {
    const match = offsetText.exec(format.format(seconds * 1000))
    if (!match) throw new MillraceError('ERR_INTERNAL', `Intl tells no offset for ${zone}`)
    const [, sign, hours, minutes, rest] = match
    if (sign === undefined) return 0
    const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest ?? 0)
    return sign === '-' ? -size : size
  }
}

function findChanges(offsetAt: (seconds: number) => number): number[] {
  let offset = offsetAt(firstKnown)
  const table = [offset]
  for (let at = firstKnown; at < lastKnown; ) {
    const next = Math.min(at + (at < dense ? sparseStep : denseStep), lastKnown - 1)
    if (offsetAt(next) === offset) {
      at = next === lastKnown - 1 ? lastKnown : next
      continue
    }
    at = changeBetween(offsetAt, offset, at, next)
    offset = offsetAt(at)
    table.push(at, offset)
  }
  return table
}

/** The first second after `before` that no longer has the offset; `after` does not have it. */
function changeBetween(
  offsetAt: (seconds: number) => number,
  offset: number,
  before: number,
  after: number,
): number {
  const low = Math.floor(before / quarterHour)
  const aligned = bisect(low, Math.ceil(after / quarterHour), n => offsetAt(n * quarterHour) === offset)
  const found = aligned * quarterHour
  if (offsetAt(found - 1) === offset) return found
  return bisect(found - quarterHour, found - 1, second => offsetAt(second) === offset)
}

/** The first number for which it does not hold; it holds for `low`, not for `high`. */
function bisect(low: number, high: number, holds: (n: number) => boolean): number {
  let [from, to] = [low, high]
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (holds(middle)) from = middle
    else to = middle
  }
  return to
}
