// Calendar arithmetic with JavaScript's Date, for comparison.

export const dayMs = 86_400_000

export const floorTo = (value: number, step: number): number => Math.floor(value / step) * step

/** Months on at the same time of day; a day that the month does not have becomes its last. */
export function addMonths(ms: number, months: number): number {
  const date = new Date(ms)
  const first = new Date(ms)
  first.setUTCDate(1)
  first.setUTCMonth(first.getUTCMonth() + months)
  const end = new Date(first)
  end.setUTCMonth(end.getUTCMonth() + 1, 0)
  first.setUTCDate(Math.min(date.getUTCDate(), end.getUTCDate()))
  return first.getTime()
}

/** Whole months from b to a, towards zero, each with nanoseconds behind its milliseconds. */
export function monthsBetween(a: number, aNs: number, b: number, bNs: number): number {
  const [to, from] = [new Date(a), new Date(b)]
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth()
  const within = (date: Date) => date.getUTCDate() * dayMs + date.getTime() - floorTo(date.getTime(), dayMs)
  const left = within(to) - within(from) || aNs - bNs
  if (months > 0 && left < 0) return months - 1
  return months < 0 && left > 0 ? months + 1 : months
}

/** The ISO year and its week. */
export function isoWeek(date: Date): [year: number, week: number] {
  const thursday = floorTo(date.getTime(), dayMs) + (4 - (date.getUTCDay() || 7)) * dayMs
  const year = new Date(thursday).getUTCFullYear()
  const start = new Date(0)
  start.setUTCFullYear(year, 0, 1)
  return [year, Math.floor((thursday - start.getTime()) / dayMs / 7) + 1]
}
