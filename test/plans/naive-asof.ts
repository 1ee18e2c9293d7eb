// The right row nearest to each left one, found by looking at all of them.
import { compareCells, keyOf, type Row } from './naive-cells.js'
import type { AsofJoin, Cell, PlanColumn } from './plan.js'

const dayMs = 86_400_000

/** How far apart two keys are, in ticks of their type; equal ones, NaN too, not at all. */
function distance(a: NonNullable<Cell>, b: NonNullable<Cell>, { kind }: PlanColumn): number {
  if (compareCells(a, b) === 0) return 0
  const apart = Math.abs(Number(a) - Number(b))
  return kind === 'date' ? apart / dayMs : kind === 'time' ? apart * 1000 : apart
}

export function asof(plan: AsofJoin, left: readonly Row[], right: readonly Row[]): Row[] {
  const at = (columns: readonly PlanColumn[], name: string) =>
    columns.findIndex(column => column.name === name)
  const [leftColumns, rightColumns] = [plan.left.columns, plan.right.columns]
  const [leftKey, rightKey] = [at(leftColumns, plan.leftOn), at(rightColumns, plan.rightOn)]
  const leftBy = plan.by.map(name => at(leftColumns, name))
  const rightBy = plan.by.map(name => at(rightColumns, name))
  const cells = (row: Row, places: readonly number[]) => places.map(place => row[place]!)
  const whole = (row: Row, places: readonly number[]) => cells(row, places).every(cell => cell !== null)
  const usable = right.filter(row => whole(row, [rightKey, ...rightBy]))
  const kept = [...rightColumns.keys()].filter(
    place => !rightBy.includes(place) && !(place === rightKey && plan.leftOn === plan.rightOn),
  )
  return left.map(row => {
    const key = row[leftKey]!
    const partner = whole(row, [leftKey, ...leftBy])
      ? nearest(
          plan,
          key!,
          usable.filter(other => keyOf(cells(other, rightBy)) === keyOf(cells(row, leftBy))),
          rightKey,
        )
      : undefined
    return [...row, ...kept.map(place => partner?.[place] ?? null)]
  })
}

function nearest(
  { direction, allowExact, tolerance, left, leftOn }: AsofJoin,
  key: NonNullable<Cell>,
  rows: readonly Row[],
  at: number,
): Row | undefined {
  const column = left.columns.find(({ name }) => name === leftOn)!
  const apart = (row: Row) => distance(key, row[at]!, column)
  const order = (row: Row) => compareCells(row[at]!, key)
  const near = rows.filter(row => tolerance === undefined || apart(row) <= tolerance)
  const before = near.filter(row => (allowExact ? order(row) <= 0 : order(row) < 0))
  const after = near.filter(row => (allowExact ? order(row) >= 0 : order(row) > 0))
  // Of equal ones the last before, and the first after.
  const earlier = before.reduce<Row | undefined>(
    (best, row) => (best && compareCells(row[at]!, best[at]!) < 0 ? best : row),
    undefined,
  )
  const later = after.reduce<Row | undefined>(
    (best, row) => (best && compareCells(row[at]!, best[at]!) >= 0 ? best : row),
    undefined,
  )
  if (direction === 'backward' || (direction === 'nearest' && !later)) return earlier
  if (direction === 'forward' || !earlier) return later
  return apart(later!) < apart(earlier) ? later : earlier
}
