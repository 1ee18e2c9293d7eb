import { formatCount } from '../../core/format-quantity.js'
import { cellText, displayWidth, textGrid } from './text-grid.js'

const rowsAtEachEnd = 5

/** What the text of a table needs to know of a column. */
export interface DisplayColumn {
  readonly name: string
  readonly type: string
  /** The cell of a row, without errors: values that cannot be read as numbers are shown as they are. */
  cell(row: number): string
}

/** Shape, names, dtypes, and the first and last rows. */
export function tableText(rows: number, columns: readonly DisplayColumn[]): string {
  const shape = `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} x ${formatCount(columns.length)} ${columns.length === 1 ? 'column' : 'columns'}`
  if (columns.length === 0) return `Table  ${shape}`
  const shown = shownRows(rows)
  const labels = ['', '', ...shown.map(row => (row < 0 ? '...' : String(row)))]
  const cells = ends(columns).map(({ name, type, cell }) => [
    cellText(name),
    type,
    ...shown.map(row => (row < 0 ? '...' : cellText(cell(row)))),
  ])
  return [`Table  ${shape}`, ...textGrid(labels, cells, displayWidth())].join('\n')
}

/** Row numbers, -1 for the gap. */
function shownRows(rows: number): number[] {
  if (rows <= 2 * rowsAtEachEnd + 1) return Array.from({ length: rows }, (_, row) => row)
  const head = Array.from({ length: rowsAtEachEnd }, (_, row) => row)
  return [...head, -1, ...head.map(row => rows - rowsAtEachEnd + row)]
}

// No terminal shows more columns than this, and cells of the others are not worth making.
const mostColumns = 200

function ends(columns: readonly DisplayColumn[]): readonly DisplayColumn[] {
  if (columns.length <= mostColumns) return columns
  return [...columns.slice(0, mostColumns / 2), ...columns.slice(-mostColumns / 2 - 1)]
}
