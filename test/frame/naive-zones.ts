// What the clocks of a time zone show, as Intl tells it of one instant after another.

const formats = new Map<string, Intl.DateTimeFormat>()

/** Seconds that a zone's clocks are ahead of UTC, as Intl tells them. */
export function offset(zone: string, ms: number): number {
  const known = formats.get(zone)
  const format = known ?? new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  if (!known) formats.set(zone, format)
  const text = format.formatToParts(Math.floor(ms)).find(part => part.type === 'timeZoneName')!.value
  const [, sign, h, m, s] = /^GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/.exec(text)!
  return sign ? (sign === '-' ? -1 : 1) * (Number(h) * 3600 + Number(m) * 60 + Number(s ?? 0)) : 0
}
export const wall = (zone: string, ms: number) => ms + offset(zone, ms) * 1000

/** The instants at which a zone's clocks show a time, in order. */
export function instants(zone: string, local: number): number[] {
  const offsets = new Set<number>()
  for (let hour = -26; hour <= 26; hour++) offsets.add(offset(zone, local + hour * 3_600_000))
  const found = [...offsets].map(seconds => local - seconds * 1000).filter(at => wall(zone, at) === local)
  return found.sort((a, b) => a - b)
}

/** The first millisecond whose wall clock is past a time in a gap. */
export function gapEnd(zone: string, local: number): number {
  let [before, after] = [local - 27 * 3_600_000, local + 27 * 3_600_000]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (wall(zone, middle) > local) after = middle
    else before = middle
  }
  return after
}
