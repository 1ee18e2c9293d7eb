import { suggestion } from '../core/did-you-mean.js'
import { dataType, parseType } from '../core/dtypes.js'
import { fromNative, MillraceError } from '../core/errors.js'
import { frameOf } from '../frame/data-frame.js'
import type { DataFrame } from '../frame/frame-methods.js'
import { keepColumns } from '../frame/projections.js'
import type { Flat, Schema, Untyped } from '../frame/schema-types.js'
import { native } from '../native.js'
import { type CsvColumn, type CsvSource, csvScanNode, type Dialect } from '../plan/step/csv-scan.js'
import { type CheckedCsvOptions, type CsvOptions, readCsvOptions } from './csv-options.js'
import { type CsvInput, type ResolvedInput, resolveInput } from './csv-source.js'

type Chosen<S, K extends keyof S> = [keyof S & string] extends [K] ? S : Flat<Pick<S, K>>

/** What the engine's sniffer answers. */
interface Sniffed {
  readonly dialect: Dialect
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[]
  /** Names that had to change because they were empty or there twice. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[]
}

/**
 * A lazy frame over CSV files: one path, a glob, a list, a `file:` URL, or bytes. Reads only a sample now (a few hundred
 * kB) to find the delimiter, the header and the dtypes, blocking for about a millisecond; everything else happens in
 * `compute`. Files of a list must have the same columns; their rows come in the order of the list, of a glob by name.
 * pandas: `pd.read_csv`; Dask: `dd.read_csv`.
 *
 * @example
 * const df = readCsv('prices-*.csv', { schema: { Date: 'date', Open: 'float64', Close: 'float64' } })
 * @example
 * const df = readCsv('prices.csv', { nullValues: ['NA'], onError: 'null' })
 * @throws ERR_FILE_NOT_FOUND, ERR_FILE_ACCESS, ERR_FILE_IS_DIRECTORY, ERR_FILE_EMPTY; ERR_UNKNOWN_OPTION for a misspelt
 *   option; ERR_COLUMN_NOT_FOUND when `schema` or `columns` name what the file has not
 */
export function readCsv<
  const S extends Schema = Untyped,
  const K extends keyof S & string = keyof S & string,
>(input: CsvInput, options?: CsvOptions<S, K>): DataFrame<Chosen<S, K>> {
  const checked = readCsvOptions(options)
  const resolved = resolveInput(input)
  const sniffed = sniff(resolved, checked)
  warnRenamed(sniffed, resolved.label)
  const scan = csvScanNode(sourceOf(resolved, sniffed, checked), columnsOf(sniffed, checked))
  return frameOf(checked.columns ? keepColumns(scan, chosen(checked.columns, scan.schema.names)) : scan)
}

function sniff({ files, bytes }: ResolvedInput, { sniff: options }: CheckedCsvOptions): Sniffed {
  const request = JSON.stringify({ ...(files && { files }), options })
  const binding = native()
  try {
    return JSON.parse(bytes ? binding.csvSniff(request, bytes) : binding.csvSniff(request)) as Sniffed
  } catch (error) {
    throw fromNative(error)
  }
}

function sourceOf(
  { files, bytes, label }: ResolvedInput,
  { dialect }: Sniffed,
  options: CheckedCsvOptions,
): CsvSource {
  const { nullValues, onError, maxFieldBytes, maxColumns } = options
  return {
    ...(files && { files }),
    ...(bytes && { bytes, byteLength: bytes.byteLength }),
    label,
    dialect,
    nullValues,
    onError,
    maxFieldBytes,
    maxColumns,
  }
}

function columnsOf({ columns }: Sniffed, { schema }: CheckedCsvOptions): CsvColumn[] {
  const names = columns.map(column => column.name)
  for (const name of schema.keys()) {
    if (!names.includes(name)) throw unknownColumn(name, names, 'schema')
  }
  return columns.map(({ name, type, nullable }) => {
    const declared = schema.get(name)
    const inferred = dataType(parseType(type, name).dtype, nullable)
    return { name, type: declared ?? inferred, inferred: declared === undefined }
  })
}

function chosen(columns: readonly string[], names: readonly string[]): readonly string[] {
  for (const name of columns) {
    if (!names.includes(name)) throw unknownColumn(name, names, 'columns')
  }
  return columns
}

function unknownColumn(name: string, names: readonly string[], option: string): MillraceError {
  return new MillraceError(
    'ERR_COLUMN_NOT_FOUND',
    `The file has no column ${JSON.stringify(name)}, which ${option} names`,
    {
      column: name,
      hint: suggestion(name, names),
    },
  )
}

function warnRenamed({ renamed }: Sniffed, label: string): void {
  if (renamed.length === 0) return
  const changes = renamed
    .slice(0, 10)
    .map(({ from, to }) => `${JSON.stringify(from)} is now ${JSON.stringify(to)}`)
  if (renamed.length > 10) changes.push(`and ${renamed.length - 10} more`)
  process.emitWarning(`${label} has empty or repeated column names: ${changes.join(', ')}`, {
    type: 'MillraceWarning',
    code: 'MILLRACE_COLUMN_RENAMED',
  })
}
