// Window functions over arrays of rows.
import * as naive from '../frame/naive-windows.js'
import { offset } from './naive-dates.js'
import { evaluate, type Lookup } from './naive-expression.js'
import type { Cell, Plan, PlanSortKey, PlanWindow } from './plan.js'

type Row = readonly Cell[]
type Of = (row: Row) => Lookup

/** The indices of the rows of each partition, in its order. */
function partitions(
  rows: readonly Row[],
  of: Of,
  keys: readonly string[],
  order: readonly PlanSortKey[],
): number[][] {
  const cells = (name: string) => rows.map(row => of(row)(name))
  return naive.partitionsOf(
    rows.length,
    keys.map(cells),
    order.map(({ name, descending, nulls }) => ({
      values: cells(name),
      descending,
      nullsFirst: nulls === 'first',
    })),
  )
}

export function firstRows(
  { keys, order, rows: most, where }: Extract<Plan, { step: 'firstRows' }>,
  rows: readonly Row[],
  of: Of,
): Row[] {
  const kept = new Set(partitions(rows, of, keys, order).flatMap(places => places.slice(0, most)))
  return rows.filter((row, i) => kept.has(i) && (!where || evaluate(where, of(row)) === true))
}

/** The results of each function, by name. */
export function windows(
  given: readonly PlanWindow[],
  rows: readonly Row[],
  of: Of,
): ReadonlyMap<string, readonly Cell[]> {
  return new Map(
    given.map(window => {
      const { name, argument, keys, order } = window
      const values = rows.map(row => (argument ? evaluate(argument, of(row)) : null))
      const times = window.parameters.by ? rows.map(row => of(row)(window.parameters.by!)) : undefined
      const out: Cell[] = new Array(rows.length)
      for (const places of partitions(rows, of, keys, order)) {
        const found = compute(
          window,
          places.map(row => values[row]!),
          places.map(row => (times ? (times[row] as number | null) : null)),
        )
        for (const [i, row] of places.entries()) out[row] = found[i]!
      }
      return [name, out] as const
    }),
  )
}

type Step = (cells: Cell[], parameters: PlanWindow['parameters']) => Cell[]

const running: Readonly<Record<string, Step>> = {
  rowNumber: cells => cells.map((_, i) => i + 1),
  rank: (cells, { method = 'average', descending = false }) =>
    naive.ranks(cells, method, descending) as Cell[],
  shift: (cells, { offset: rows = 1, fill = null }) => naive.shift(cells, rows, fill) as Cell[],
  diff: (cells, { offset: rows = 1 }) => changes(cells, rows, (now, before) => now - before),
  pctChange: (cells, { offset: rows = 1 }) => changes(cells, rows, (now, before) => now / before - 1),
  cumSum: cells => naive.running(cells, naive.sum) as Cell[],
  cumMin: cells => naive.running(cells, before => naive.extreme(before, 1)) as Cell[],
  cumMax: cells => naive.running(cells, before => naive.extreme(before, -1)) as Cell[],
  cumCount: cells => cells.map((_, i) => naive.present(cells.slice(0, i + 1)).length),
  fillForward: (cells, { limit }) => naive.fillForward(cells, limit) as Cell[],
  fillBackward: (cells, { limit }) => naive.fillBackward(cells, limit) as Cell[],
  interpolate: cells => naive.interpolate(cells) as Cell[],
}

const changes = (cells: Cell[], rows: number, change: (now: number, before: number) => number): Cell[] =>
  naive
    .shift(cells, rows)
    .map((before, i) =>
      before === null || cells[i] === null ? null : change(Number(cells[i]), Number(before)) + 0,
    )

function compute({ function: fn, parameters }: PlanWindow, cells: Cell[], times: (number | null)[]): Cell[] {
  const value = (inside: naive.Cells) => aggregated(fn, inside)
  const { rows, period, minPeriods = 0 } = parameters
  if (rows !== undefined)
    return naive.rollRows(cells, { rows, minPeriods, center: parameters.center ?? false }, value) as Cell[]
  if (period !== undefined) {
    const window = { period: offset(0, period), closed: parameters.closed ?? 'right', minPeriods }
    return naive.rollTimes(cells, times, window, value) as Cell[]
  }
  return running[fn]?.(cells, parameters) ?? cells.map(() => aggregated(fn, cells) as Cell)
}

function aggregated(fn: string, cells: naive.Cells): ReturnType<typeof naive.extreme> {
  switch (fn) {
    case 'size':
      return cells.length
    case 'count':
      return naive.present(cells).length
    case 'nUnique':
    case 'approxNUnique':
      return new Set(naive.present(cells).map(cell => (typeof cell === 'number' ? `n${cell + 0}` : cell)))
        .size
    case 'first':
      return cells[0] ?? null
    case 'last':
      return cells.at(-1) ?? null
    case 'min':
      return naive.extreme(cells, 1)
    case 'max':
      return naive.extreme(cells, -1)
    case 'sum':
      return naive.sum(cells)
    case 'mean':
      return naive.mean(cells)
    case 'median':
      return naive.quantile(cells, 0.5)
    case 'any':
      return cells.includes(true)
    default:
      return !cells.includes(false)
  }
}
