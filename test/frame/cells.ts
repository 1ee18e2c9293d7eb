// Plain cells: their order and their equality, as the engine promises them.

export type Cell = string | number | bigint | boolean | Date | null

/** Numbers below NaN, -0 equal to 0, text by its UTF-8 bytes. Precondition: neither is null. */
export function compareCells(a: Cell, b: Cell): number {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string))
  const [left, right] = [Number(a), Number(b)]
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
  return left < right ? -1 : left > right ? 1 : 0
}

/** What makes two cells one key: null is one, NaN is one, -0 is 0. */
export function keyOf(cells: readonly Cell[]): string {
  return JSON.stringify(
    cells.map(cell =>
      cell === null
        ? null
        : cell instanceof Date
          ? `d${cell.getTime()}`
          : typeof cell === 'number'
            ? `n${cell + 0}`
            : cell,
    ),
  )
}
