import { character, readOptions } from '../../core/options.js'
import type { ColumnVector } from './column-vector.js'

export interface CsvTextOptions {
  /** Between fields; default `,`. */
  readonly delimiter?: string
}

// Pieces joined now and then keep the intermediate strings small.
const rowsPerPiece = 4096

/** The whole table as CSV text, with a header and `\n` line ends. */
export function csvText(columns: readonly ColumnVector[], rows: number, options: unknown): string {
  const { delimiter = ',' } = readOptions<CsvTextOptions>(options, 'toCsv', { delimiter: character })
  const special = new RegExp(`["\\r\\n${delimiter.replace(/[\]\\^-]/g, '\\$&')}]`)
  const quote = (text: string) =>
    text === '' || special.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  const readers = columns.map(column => fieldReader(column, quote))
  const pieces = [`${columns.map(column => quote(column.name)).join(delimiter)}\n`]
  for (let start = 0; start < rows; start += rowsPerPiece) {
    const lines: string[] = []
    for (let row = start; row < Math.min(start + rowsPerPiece, rows); row++) {
      lines.push(readers.map(read => read(row)).join(delimiter))
    }
    pieces.push(`${lines.join('\n')}\n`)
  }
  return pieces.join('')
}

// Null is the empty field; text that is empty or has special characters is quoted, so it reads back as text.
function fieldReader(column: ColumnVector, quote: (text: string) => string): (row: number) => string {
  const read = column.plainText(true)
  const text = column.dtype === 'utf8' || column.dtype === 'dict'
  return row => {
    if (!column.isValid(row)) return ''
    return text ? quote(read(row)) : read(row)
  }
}
