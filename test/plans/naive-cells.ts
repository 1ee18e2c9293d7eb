// Cells as keys, and their order.
import type { Cell } from './plan.js'

export type Row = readonly Cell[]

/** Null is one key, NaN one, and -0 is 0. */
export const keyOf = (cells: readonly Cell[]): string =>
  JSON.stringify(cells.map(cell => (typeof cell === 'number' ? `n${cell + 0}` : cell)))

/** -0 and 0 are one key, which is 0. */
export const keyCell = (cell: Cell): Cell => (typeof cell === 'number' ? cell + 0 : cell)

/** Numbers below NaN, text by its UTF-8 bytes. Precondition: neither is null. */
export function compareCells(a: NonNullable<Cell>, b: NonNullable<Cell>): number {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string))
  const [left, right] = [Number(a), Number(b)]
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
  return left < right ? -1 : left > right ? 1 : 0
}
