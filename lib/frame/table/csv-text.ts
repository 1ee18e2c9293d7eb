import { character, readOptions } from '../../core/options.js'
import type { ColumnVector } from './column-vector.js'

export interface CsvTextOptions {
  /** Between fields; default `,`. */
  readonly delimiter?: string
}

// Strings grow by appending until here, then are set aside: very long chains of appends are slow to flatten.
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
    pieces.push(rowsText(readers, delimiter, start, Math.min(start + rowsPerPiece, rows)))
  }
  return pieces.join('')
}

type FieldReader = (row: number) => string

function rowsText(readers: readonly FieldReader[], delimiter: string, start: number, end: number): string {
  let text = ''
  for (let row = start; row < end; row++) {
    for (let i = 0; i < readers.length; i++) {
      if (i > 0) text += delimiter
      text += (readers[i] as FieldReader)(row)
    }
    text += '\n'
  }
  return text
}

// Null is the empty field; text that is empty or has special characters is quoted, so it reads back as text.
function fieldReader(column: ColumnVector, quote: (text: string) => string): FieldReader {
  const plain = column.plainText(true)
  const read: FieldReader =
    column.dtype === 'utf8' || column.dtype === 'dict' ? row => quote(plain(row)) : plain
  return column.nullCount === 0 ? read : row => (column.isValid(row) ? read(row) : '')
}
