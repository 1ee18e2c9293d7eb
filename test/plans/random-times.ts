// Random intervals of time, and how near the keys of an asof join must be.
import type { Choices } from './make-expression.js'
import type { AsofJoin, Kind, PlanColumn, TimeGroups } from './plan.js'

/** Zones whose clocks change: at night, at midnight, and by half an hour. */
const changing = [
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'Australia/Lord_Howe',
]

/** From 1970 to days on which the clocks of such zones change. */
export const transitions: readonly string[] = [
  '18713d',
  '18930d',
  '18699d',
  '18937d',
  '17838d',
  '17578d',
  '18722d',
]

type Nearness = Pick<AsofJoin, 'direction' | 'allowExact' | 'tolerance'>

export function randomNearness({ pick, int, random }: Choices, kind: Kind): Nearness {
  const tolerances: Partial<Record<Kind, number[]>> = {
    int: [0, 1, 3],
    float: [0, 0.25, 2],
    date: [0, 17, 40],
    time: [0, 3_600_001_000, 10_000_000_000],
  }
  const own = tolerances[kind]
  return {
    direction: pick(['backward', 'forward', 'nearest'] as const),
    allowExact: int(3) > 0,
    ...(own && random() < 0.4 && { tolerance: pick(own) }),
  }
}

type Intervals = Pick<TimeGroups, 'every' | 'offset' | 'closed' | 'label' | 'zone' | 'fillEmpty'>

export function randomIntervals(
  { pick, int, random }: Choices,
  kind: Kind,
  results: readonly PlanColumn[],
): Intervals {
  const ends = ['left', 'right'] as const
  const days = ['1d', '3d', '7d', '1w', '2w', '1mo', '2mo', '5mo', '1q', '1y']
  const every = pick(kind === 'time' ? ['15m', '1h', '90m', '6h', ...days] : days)
  const byMonths = /mo|q|y/.test(every)
  const offset = pick([
    '1d',
    '-2d',
    ...(kind === 'time' ? ['6h', '-45m'] : []),
    ...(byMonths ? ['1mo', '-1mo', '1mo2d', '3mo'] : []),
  ])
  const daily = byMonths || /[dw]/.test(every)
  const zoned = kind === 'time' && random() < 0.4
  // Hours of a zone have one name, and none between them.
  const whole = daily || !zoned
  const zone = daily ? pick(changing) : pick(['Asia/Kolkata', 'Asia/Tokyo', 'UTC'])
  return {
    every,
    ...(random() < 0.4 && { offset }),
    closed: pick(ends),
    label: whole ? pick(ends) : 'left',
    ...(zoned && { zone }),
    ...(whole && random() < 0.4 && { fillEmpty: filling(results.slice(0, int(2))) }),
  }
}

const filling = (results: readonly PlanColumn[]): Readonly<Record<string, number>> =>
  Object.fromEntries(results.filter(({ kind }) => kind === 'int').map(({ name }) => [name, 7]))
