// Random columns of every dtype, with nulls, NaN, -0 and names that mean something to JavaScript; and the order that the
// engine promises, written plainly.
import { type DataFrame, fromColumns } from 'millrace'
import { type Cell, keyOf } from './cells.js'

export { type Cell, compareCells, keyOf } from './cells.js'
export type Rows = Cell[][]

const makers: Readonly<Record<string, (random: () => number, few: number) => Cell>> = {
  bool: random => random() < 0.5,
  int8: (random, few) => Math.floor(random() * Math.min(few, 200)) - 100,
  int32: (random, few) => Math.floor((random() - 0.5) * few * 7919),
  int64: (random, few) => Math.floor((random() - 0.5) * few) * 2 ** 31,
  uint64: (random, few) => Math.floor(random() * few) * 2 ** 33,
  float32: (random, few) => Math.fround(Math.floor((random() - 0.5) * few) / 4),
  float64: (random, few) =>
    random() < 0.1
      ? [Number.NaN, -0, 0, Infinity, -Infinity][Math.floor(random() * 5)]!
      : Math.floor(random() * few) / 8,
  utf8: (random, few) => {
    const n = Math.floor(random() * few)
    return (
      ['', 'a', 'a\0', 'ä', '😀', '\uffff', 'longer than eight bytes ', 'longer than eight bytes'][n % 8]! +
      (n >> 3)
    )
  },
  dict: (random, few) => `k${Math.floor(random() * Math.min(few, 9))}`,
  date: (random, few) => new Date(Math.floor((random() - 0.3) * few) * 86_400_000),
  'timestamp[us]': (random, few) => new Date(Math.floor((random() - 0.3) * few) * 3_600_000),
}

const names = [
  '__proto__',
  'constructor',
  'then',
  'select',
  '',
  'a b',
  'ключ',
  'length',
  'filter',
  'x',
  'y',
  'z',
]

/** Every dtype that random frames have. */
export const everyType: readonly string[] = Object.keys(makers)

export interface RandomFrame {
  readonly frame: DataFrame
  readonly names: readonly string[]
  readonly dtypes: readonly string[]
  readonly rows: Rows
}

/** `few` bounds how many values a column has, so that keys repeat. */
export function randomFrame(
  random: () => number,
  rowCount: number,
  columnCount: number,
  few: number,
): RandomFrame {
  const chosen = [...names].sort(() => random() - 0.5).slice(0, columnCount)
  const kinds = Object.keys(makers)
  const dtypes = chosen.map(() => kinds[Math.floor(random() * kinds.length)]!)
  return frameOfTypes(random, rowCount, chosen, dtypes, few)
}

export function frameOfTypes(
  random: () => number,
  rowCount: number,
  chosen: readonly string[],
  dtypes: readonly string[],
  few: number,
): RandomFrame {
  const columns = dtypes.map(dtype => {
    const nulls = random() < 0.5 ? 0.2 : 0
    return Array.from({ length: rowCount }, () => (random() < nulls ? null : makers[dtype]!(random, few)))
  })
  const frame = fromColumns(Object.fromEntries(chosen.map((name, i) => [name, columns[i]!])) as never, {
    schema: Object.fromEntries(chosen.map((name, i) => [name, `${dtypes[i]}?`])) as never,
  }) as unknown as DataFrame
  const rows = Array.from({ length: rowCount }, (_, row) => columns.map(column => column[row]!))
  return { frame, names: chosen, dtypes, rows }
}

/** The rows by key, keys in order of appearance. Node 20 has no Map.groupBy. */
export function groupRows(rows: Rows, columns: readonly number[]): Map<string, Rows> {
  const groups = new Map<string, Rows>()
  for (const row of rows) {
    const key = keyOf(columns.map(at => row[at]!))
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}

/** The rows of a computed table, in the form of `Rows`. */
export async function computed(frame: DataFrame, options: object = {}): Promise<Rows> {
  const table = await frame.compute(options)
  const columns = table.columns.map(name => table.col(name).toArray() as Cell[])
  return Array.from({ length: table.length }, (_, row) => columns.map(column => column[row]!))
}
