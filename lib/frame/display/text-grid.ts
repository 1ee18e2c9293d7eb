// A grid of right-aligned cells that fits a width: columns in the middle give way to an ellipsis.

const gap = '  '
const ellipsis = '...'
const widestCell = 40

/** A column of cells, headings included. */
export type GridColumn = readonly string[]

/** The lines of the grid. The first column holds the row labels and always stays. */
export function textGrid(labels: GridColumn, columns: readonly GridColumn[], width: number): string[] {
  const shown = fitColumns(columns.map(shorten), width - widthOf(labels))
  const all = [padColumn(labels, 'end'), ...shown.map(column => padColumn(column, 'start'))]
  return labels.map((_, row) =>
    all
      .map(column => column[row])
      .join(gap)
      .trimEnd(),
  )
}

const shorten = (column: GridColumn): GridColumn =>
  column.map(cell => (cell.length > widestCell ? `${cell.slice(0, widestCell - 1)}…` : cell))

const widthOf = (column: GridColumn): number =>
  column.reduce((width, cell) => Math.max(width, cell.length), 0)

function padColumn(column: GridColumn, side: 'start' | 'end'): string[] {
  const width = widthOf(column)
  return column.map(cell => (side === 'start' ? cell.padStart(width) : cell.padEnd(width)))
}

/** All columns, or as many from both ends as fit around an ellipsis; at least one. */
function fitColumns(columns: readonly GridColumn[], width: number): GridColumn[] {
  const room = (column: GridColumn) => widthOf(column) + gap.length
  if (columns.length <= 200 && columns.reduce((sum, column) => sum + room(column), 0) <= width)
    return [...columns]
  let left = width - ellipsis.length - gap.length
  const head: GridColumn[] = []
  const tail: GridColumn[] = []
  for (let taken = 0; taken < columns.length; taken++) {
    const fromHead = head.length <= tail.length
    const column = columns[fromHead ? head.length : columns.length - 1 - tail.length] as GridColumn
    left -= room(column)
    if (left < 0 && taken > 0) break
    if (fromHead) head.push(column)
    else tail.unshift(column)
  }
  const middle =
    head.length + tail.length < columns.length ? [(columns[0] as GridColumn).map(() => ellipsis)] : []
  return [...head, ...middle, ...tail]
}

/** The width to write for: the terminal's, or 80. */
export function displayWidth(): number {
  return Math.max(40, process.stdout.columns ?? 80)
}

/** A cell of data: control characters would break the grid. */
export function cellText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, escapeControl)
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escapeControl = (character: string): string =>
  named[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
