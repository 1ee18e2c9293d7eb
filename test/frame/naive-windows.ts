// Window functions over plain cells, written as their documentation reads.
import { type Cell, compareCells, keyOf } from './cells.js'

export type Cells = Cell[]

/** The indices of the rows of each partition, in order. */
export function partitionsOf(
  rows: number,
  keys: readonly (readonly Cell[])[],
  order: readonly { values: readonly Cell[]; descending: boolean; nullsFirst?: boolean }[] = [],
): number[][] {
  const groups = new Map<string, number[]>()
  for (let row = 0; row < rows; row++) {
    const key = keyOf(keys.map(column => column[row]!))
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  const compare = (a: number, b: number): number => {
    for (const { values, descending, nullsFirst } of order) {
      const [left, right] = [values[a]!, values[b]!]
      if (left === null || right === null) {
        if (left !== right) return (left === null) === (nullsFirst ?? false) ? -1 : 1
        continue
      }
      const sign = compareCells(left, right)
      if (sign !== 0) return descending ? -sign : sign
    }
    return 0
  }
  return [...groups.values()].map(group => group.toSorted(compare))
}

/** `each` maps the cells of a partition, in order, to as many results. */
export function windowed(
  values: readonly Cell[],
  partitions: readonly number[][],
  each: (cells: Cell[]) => Cell[],
): Cell[] {
  const out: Cell[] = new Array(values.length)
  for (const partition of partitions) {
    const results = each(partition.map(row => values[row]!))
    for (const [i, row] of partition.entries()) out[row] = results[i]!
  }
  return out
}

export const present = (cells: readonly Cell[]): Cell[] => cells.filter(cell => cell !== null)
const numbers = (cells: readonly Cell[]): number[] => present(cells).map(Number)
const isNaNCell = (cell: Cell): boolean => typeof cell === 'number' && Number.isNaN(cell)

/** The least by `sign` 1, the greatest by -1; NaN only when there is nothing else. */
export function extreme(cells: readonly Cell[], sign: number): Cell {
  let best: Cell = null
  for (const cell of present(cells)) {
    if (best === null || (isNaNCell(best) && !isNaNCell(cell))) best = cell
    else if (!isNaNCell(cell) && sign * compareCells(cell, best) < 0) best = cell
  }
  return best
}

export const sum = (cells: readonly Cell[]): number => numbers(cells).reduce((a, b) => a + b, 0)

export const mean = (cells: readonly Cell[]): Cell =>
  present(cells).length === 0 ? null : sum(cells) / present(cells).length

export function variance(cells: readonly Cell[], ddof = 1): Cell {
  const values = numbers(cells)
  if (values.length <= ddof) return null
  const middle = sum(cells) / values.length
  return values.reduce((total, value) => total + (value - middle) ** 2, 0) / (values.length - ddof)
}

export function quantile(cells: readonly Cell[], share: number): Cell {
  const values = numbers(cells).sort((a, b) => a - b)
  if (values.length === 0) return null
  if (values.some(Number.isNaN)) return Number.NaN
  const rank = (values.length - 1) * share
  const low = values[Math.floor(rank)]!
  const high = values[Math.ceil(rank)]!
  return low === high ? low : low * (1 - (rank % 1)) + high * (rank % 1)
}

export function ranks(cells: readonly Cell[], method: string, descending: boolean): Cell[] {
  const order = cells.map((_, i) => i).filter(i => cells[i] !== null)
  order.sort((a, b) => compareCells(cells[a]!, cells[b]!) * (descending ? -1 : 1) || a - b)
  const out: Cell[] = cells.map(() => null)
  let distinct = 0
  for (let first = 0; first < order.length; ) {
    let last = first
    while (last < order.length && compareCells(cells[order[last]!]!, cells[order[first]!]!) === 0) last++
    distinct++
    for (let i = first; i < last; i++) {
      const by: Record<string, number> = {
        average: (first + 1 + last) / 2,
        min: first + 1,
        max: last,
        dense: distinct,
        ordinal: i + 1,
      }
      out[order[i]!] = by[method]!
    }
    first = last
  }
  return out
}

export const shift = (cells: readonly Cell[], rows: number, fill: Cell = null): Cell[] =>
  cells.map((_, i) => (i - rows >= 0 && i - rows < cells.length ? cells[i - rows]! : fill))

/** What `step` makes of each value and the values before it; null where the value is. */
export const running = (cells: readonly Cell[], step: (before: Cell[]) => Cell): Cell[] =>
  cells.map((cell, i) => (cell === null ? null : step(cells.slice(0, i + 1))))

export function fillForward(cells: readonly Cell[], limit = Number.POSITIVE_INFINITY): Cell[] {
  let last: Cell = null
  let gap = 0
  return cells.map(cell => {
    gap = cell === null ? gap + 1 : 0
    if (cell !== null) last = cell
    return gap > limit ? null : last
  })
}

export const fillBackward = (cells: readonly Cell[], limit?: number): Cell[] =>
  fillForward(cells.toReversed(), limit).reverse()

export function interpolate(cells: readonly Cell[]): Cell[] {
  return cells.map((cell, i) => {
    if (cell !== null) return cell
    const before = cells.findLastIndex((other, at) => at < i && other !== null)
    const after = cells.findIndex((other, at) => at > i && other !== null)
    if (before < 0 || after < 0) return null
    const [from, to] = [Number(cells[before]), Number(cells[after])]
    return from + ((to - from) * (i - before)) / (after - before)
  })
}

export interface RowWindow {
  readonly rows: number
  readonly minPeriods: number
  readonly center: boolean
}

/** `value` of the window of each row. */
export function rollRows(cells: readonly Cell[], window: RowWindow, value: (cells: Cell[]) => Cell): Cell[] {
  const behind = window.center ? Math.floor((window.rows - 1) / 2) : 0
  return cells.map((_, i) => {
    const inside = cells.slice(Math.max(0, i + behind + 1 - window.rows), i + behind + 1)
    return present(inside).length < window.minPeriods ? null : value(inside)
  })
}

export interface TimeWindow {
  /** In the unit of `times`. */
  readonly period: number
  readonly closed: string
  readonly minPeriods: number
}

/** The same for windows of time; rows without a time have an empty window, and are in none. */
export function rollTimes(
  cells: readonly Cell[],
  times: readonly (number | null)[],
  { period, closed, minPeriods }: TimeWindow,
  value: (cells: Cell[]) => Cell,
): Cell[] {
  const atStart = closed === 'left' || closed === 'both'
  const atEnd = closed === 'right' || closed === 'both'
  return cells.map((_, i) => {
    const now = times[i]!
    const inside = cells.filter((_cell, j) => {
      const time = times[j]!
      if (now === null || time === null) return false
      const started = time > now - period || (atStart && time === now - period)
      return started && (time < now || (atEnd && time === now))
    })
    return present(inside).length < minPeriods ? null : value(inside)
  })
}
