// Groups by intervals of time, found by walking over the intervals one after another.
import { addMonths, dayMs, floorTo } from '../frame/naive-calendar.js'
import { gapEnd, instants, wall } from '../frame/naive-zones.js'
import { keyCell, keyOf, type Row } from './naive-cells.js'
import { monthsOf, offset as moved } from './naive-dates.js'
import type { Cell, TimeGroups } from './plan.js'

/** More intervals than this are not worth a test. */
const mostBins = 5_000

export class TooManyBins extends Error {}

export interface TimeGroup {
  /** The `by` keys and the label. */
  readonly key: readonly Cell[]
  readonly rows: readonly Row[]
}

/** A time as the clocks show it, and the first instant that shows one, or the first behind a gap. */
function clockOf(zone: string | undefined): { shown(ms: number): number; instant(shown: number): number } {
  if (zone === undefined) return { shown: ms => ms, instant: ms => ms }
  return {
    shown: ms => wall(zone, ms),
    instant: shown => instants(zone, shown)[0] ?? gapEnd(zone, shown),
  }
}

/** Starts of intervals as the clocks show them. */
class Intervals {
  readonly #every: string
  readonly #offset: string
  readonly #months: number

  constructor({ every, offset = '0d' }: TimeGroups) {
    this.#every = every
    this.#offset = offset
    this.#months = monthsOf(every)
  }

  start(shown: number): number {
    if (this.#months === 0) {
      const origin = moved(this.#every.endsWith('w') ? 4 * dayMs : 0, this.#offset)
      return origin + floorTo(shown - origin, moved(0, this.#every))
    }
    let n = Math.floor(((new Date(shown).getUTCFullYear() - 1970) * 12) / this.#months) + 24
    while (this.#nth(n) > shown) n--
    return this.#nth(n)
  }

  following(start: number): number {
    if (this.#months === 0) return start + moved(0, this.#every)
    return this.start(start + (this.#months * 31 + 5) * dayMs)
  }

  // Months are counted from January of year 0; those of the offset move them before their rest does.
  #nth(n: number): number {
    const first = floorTo(1970 * 12, this.#months) - 1970 * 12
    const months = monthsOf(this.#offset)
    return addMonths(0, first + n * this.#months + months) + moved(0, this.#offset) - addMonths(0, months)
  }
}

/** In no order; an interval that only `fillEmpty` makes has no rows. */
export function timeGroups(
  plan: TimeGroups,
  rows: readonly Row[],
  timeAt: number,
  byAt: readonly number[],
): TimeGroup[] {
  const clock = clockOf(plan.zone)
  const intervals = new Intervals(plan)
  // What its end closes holds what lies a tick earlier.
  const binOf = (time: number) => intervals.start(clock.shown(plan.closed === 'left' ? time : time - 0.001))
  const labelled = (start: number) =>
    clock.instant(plan.label === 'left' ? start : intervals.following(start))
  const groups = new Map<string, { key: readonly Cell[]; bins: Map<number | null, Row[]> }>()
  for (const row of rows) {
    const key = byAt.map(at => keyCell(row[at]!))
    const time = row[timeAt] as number | null
    if (plan.dropNulls && (time === null || key.includes(null))) continue
    const group = groups.get(keyOf(key)) ?? { key, bins: new Map() }
    groups.set(keyOf(key), group)
    const bin = time === null ? null : binOf(time)
    group.bins.set(bin, [...(group.bins.get(bin) ?? []), row])
  }
  return [...groups.values()].flatMap(({ key, bins }) => {
    if (plan.fillEmpty) fill(bins, intervals)
    return [...bins].map(([bin, found]) => ({
      key: [...key, bin === null ? null : labelled(bin)],
      rows: found,
    }))
  })
}

function fill(bins: Map<number | null, Row[]>, intervals: Intervals): void {
  const starts = [...bins.keys()].filter(bin => bin !== null)
  const last = Math.max(...starts)
  for (let start = Math.min(...starts), n = 0; start < last; start = intervals.following(start)) {
    if (n++ > mostBins) throw new TooManyBins()
    if (!bins.has(start)) bins.set(start, [])
  }
}
