import { type DataType, type DTypeText, parseType } from '../core/dtypes.js'
import { invalidArgument, MillraceError } from '../core/errors.js'
import {
  boolean,
  byteSize,
  character,
  integer,
  type OptionReader,
  oneOf,
  orNull,
  readOptions,
  texts,
} from '../core/options.js'

/** Options of `readCsv`. */
export interface CsvOptions<S, K extends keyof S & string = keyof S & string> {
  /**
   * Dtypes by column: the frame's type at compile time, and what is enforced at run time. Columns left out are inferred.
   * A column without `?` that holds a null fails the query with ERR_NULL_IN_NON_NULLABLE.
   */
  readonly schema?: { readonly [N in keyof S]: S[N] & DTypeText }
  /** The columns to have, in this order; default all. */
  readonly columns?: readonly K[]
  /** Between fields; default: found out among `,` `;` tab and `|`. */
  readonly delimiter?: string
  /** Around fields; default `"`. Null when the file does not quote, and quotes are characters like others. */
  readonly quote?: string | null
  /** Before a quote inside quotes; default the quote itself, doubled. */
  readonly escape?: string
  /** Whether the first row has the names; default: found out. Without one the names are column_0, column_1, ... */
  readonly header?: boolean
  /** False reads every column as utf8 that `schema` does not name; default true. */
  readonly infer?: boolean
  /** Unquoted fields that mean null; default only the empty one. */
  readonly nullValues?: string | readonly string[]
  /** Lines that begin with this character are no rows; default none. */
  readonly comment?: string | null
  /** Lines to leave out at the top, before the header; default 0. */
  readonly skipRows?: number
  /** `'infer'` (default) makes ISO dates and timestamps of text that looks like them, `'utf8'` leaves it text. */
  readonly dates?: 'infer' | 'utf8'
  /** What to do with a field that does not fit its column: fail (default), make it null, or leave the row out. */
  readonly onError?: 'error' | 'null' | 'skip'
  /** Longest field; a longer one is ERR_CSV_FIELD_TOO_LARGE, most often an unclosed quote. Default '64MiB'. */
  readonly maxFieldBytes?: number | string
  /** Most columns; a line with more is ERR_CSV_TOO_MANY_COLUMNS. Default 100,000. */
  readonly maxColumns?: number
  /** Of the files; default utf8, checked. */
  readonly encoding?: 'utf8' | 'latin1'
}

/** Checked options: defaults filled in where the engine does not find them out itself. */
export interface CheckedCsvOptions {
  readonly schema: ReadonlyMap<string, DataType>
  readonly columns?: readonly string[]
  readonly nullValues: readonly string[]
  readonly onError: 'error' | 'null' | 'skip'
  readonly maxFieldBytes: number
  readonly maxColumns: number
  /** What the sniffer is told; everything else it finds out. */
  readonly sniff: Readonly<Record<string, unknown>>
}

type Given = Omit<CsvOptions<Record<string, string>>, 'schema' | 'nullValues'> & {
  readonly schema?: ReadonlyMap<string, DataType>
  readonly nullValues?: readonly string[]
}

const schemaReader: OptionReader<ReadonlyMap<string, DataType>> = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidArgument("an object such as { Date: 'date' }", name, value)
  }
  return new Map(
    Object.entries(value).map(([column, type]) => [
      column,
      parseType(type, `column ${JSON.stringify(column)}`),
    ]),
  )
}

// The engine's positions within a window are 32-bit.
const fieldSize: OptionReader<number> = (value, name) => integer(1, 2 ** 30)(byteSize(value, name), name)

const nullValuesReader: OptionReader<readonly string[]> = (value, name) =>
  typeof value === 'string' ? [value] : texts(value, name)

export function readCsvOptions(options: unknown): CheckedCsvOptions {
  const given = readOptions<Given>(options, 'readCsv', {
    schema: schemaReader,
    columns: texts,
    delimiter: character,
    quote: orNull(character),
    escape: character,
    header: boolean,
    infer: boolean,
    nullValues: nullValuesReader,
    comment: orNull(character),
    skipRows: integer(0, 2 ** 31 - 1),
    dates: oneOf('infer', 'utf8'),
    onError: oneOf('error', 'null', 'skip'),
    maxFieldBytes: fieldSize,
    maxColumns: integer(1, 10_000_000),
    encoding: oneOf('utf8', 'latin1'),
  })
  checkSpecials(given)
  const { schema, columns, nullValues = [''], onError = 'error', maxFieldBytes, ...dialect } = given
  const maxColumns = dialect.maxColumns ?? 100_000
  return {
    schema: schema ?? new Map(),
    ...(columns && { columns }),
    nullValues,
    onError,
    maxFieldBytes: (maxFieldBytes as number | undefined) ?? 64 * 2 ** 20,
    maxColumns,
    sniff: { ...dialect, nullValues, maxColumns },
  }
}

function checkSpecials(given: { [K in keyof Given]?: Given[K] | undefined }): void {
  const { delimiter = ',', quote = '"', comment } = given
  const clash = (a: string, b: string) =>
    new MillraceError('ERR_INVALID_ARGUMENT', `readCsv cannot use the same character as ${a} and ${b}`)
  if (delimiter === quote) throw clash('delimiter', 'quote')
  if (delimiter === comment) throw clash('delimiter', 'comment')
  if (delimiter === given.escape) throw clash('delimiter', 'escape')
  if (quote !== null && quote === comment) throw clash('quote', 'comment')
}
