// Random tables of every dtype, with nulls, NaN, -0, repeats, and names that mean something to JavaScript.
import type { Cell, Kind, PlanTable } from './plan.js'

const texts = [
  '',
  'a',
  'B',
  'ä',
  '😀',
  ' pad ',
  '\uffff',
  'zed',
  'longer than eight bytes',
  'longer than eight bytez',
]
const odd = [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
const day = 86_400_000

interface Maker {
  readonly kind: Kind
  readonly bound: number
  make(random: () => number, few: number): Cell
}

const whole = (bound: number, low = -bound): Maker => ({
  kind: 'int',
  bound,
  make: (random, few) => Math.max(low, Math.min(bound, Math.floor((random() - (low < 0 ? 0.5 : 0)) * few))),
})

const float: Maker = {
  kind: 'float',
  bound: 0,
  make: (random, few) =>
    random() < 0.12 ? odd[Math.floor(random() * odd.length)]! : Math.floor((random() - 0.5) * few) / 4,
}
const text: Maker = {
  kind: 'text',
  bound: 30,
  make: (random, few) => texts[Math.floor(random() * Math.min(few, texts.length))]!,
}

const makers: Readonly<Record<string, Maker>> = {
  bool: { kind: 'bool', bound: 0, make: random => random() < 0.5 },
  int8: whole(100),
  int16: whole(1000),
  int32: whole(1000),
  int64: whole(1000),
  uint8: whole(200, 0),
  uint32: whole(1000, 0),
  uint64: whole(1000, 0),
  float32: float,
  float64: float,
  utf8: text,
  dict: text,
  date: { kind: 'date', bound: 0, make: (random, few) => Math.floor((random() - 0.3) * few) * 17 * day },
  'timestamp[us]': {
    kind: 'time',
    bound: 0,
    make: (random, few) => Math.floor((random() - 0.3) * few) * 3_600_001,
  },
}

const hostile = ['__proto__', 'constructor', 'then', 'select', 'a b', 'ключ', 'length', 'filter']

export function randomTable(random: () => number, plainNames: boolean): PlanTable {
  const int = (below: number) => Math.floor(random() * below)
  const kinds = Object.keys(makers)
  const dtypes = Array.from({ length: 3 + int(4) }, () => kinds[int(kinds.length)]!)
  const names = plainNames
    ? dtypes.map((_, i) => `t${i}`)
    : [...hostile].sort(() => random() - 0.5).slice(0, dtypes.length)
  const few = [2, 5, 12, 40][int(4)]!
  const rowCount = [0, 1, 7, 7, 30, 30, 60, 60][int(8)]!
  const values = dtypes.map(dtype => {
    const nulls = random() < 0.6 ? 0.2 : 0
    return Array.from({ length: rowCount }, () =>
      random() < nulls ? null : makers[dtype]!.make(random, few),
    )
  })
  return {
    columns: dtypes.map((dtype, i) => ({
      name: names[i]!,
      kind: makers[dtype]!.kind,
      bound: makers[dtype]!.bound,
    })),
    dtypes,
    rows: Array.from({ length: rowCount }, (_, row) => values.map(column => column[row]!)),
    csv: surviving(dtypes, values) && random() < 0.4,
  }
}

// An empty text and a null are one thing in a CSV file, and -0 is written as JavaScript writes it, which is 0.
function surviving(dtypes: readonly string[], values: readonly (readonly Cell[])[]): boolean {
  const text = dtypes.includes('dict') || dtypes.includes('utf8')
  return !text && !values.some(column => column.some(cell => Object.is(cell, -0)))
}
