import type { DataType } from '../../core/dtypes.js'
import { Schema } from '../../core/schema.js'
import type { PlanBase } from './node.js'

/** How bytes are divided into rows and fields; decided by the engine's sniffer. */
export interface Dialect {
  readonly delimiter: string
  readonly quote: string | null
  readonly escape: string
  readonly comment: string | null
  readonly header: boolean
  readonly skipRows: number
  readonly newline: 'lf' | 'any'
  readonly encoding: 'utf8' | 'latin1'
}

export interface CsvColumn {
  readonly name: string
  readonly type: DataType
  /** An inferred int64 column may widen to float64 when a later value needs it; a declared one may not. */
  readonly inferred: boolean
}

export interface CsvSource {
  /** Absolute paths; or else `bytes`. */
  readonly files?: readonly string[]
  readonly bytes?: Uint8Array
  /** Length of `bytes` when the frame was made: they may be detached later. */
  readonly byteLength?: number
  /** The source as the caller wrote it, for explain. */
  readonly label: string
  readonly dialect: Dialect
  readonly nullValues: readonly string[]
  readonly onError: 'error' | 'null' | 'skip'
  readonly maxFieldBytes: number
  readonly maxColumns: number
}

/** Rows of CSV files. */
export interface CsvScanNode extends PlanBase {
  readonly kind: 'csvScan'
  readonly source: CsvSource
  /** Every column of the file, in file order. */
  readonly columns: readonly CsvColumn[]
  /** Ascending positions of the columns that are read. */
  readonly project: readonly number[]
}

export function csvScanNode(
  source: CsvSource,
  columns: readonly CsvColumn[],
  project: readonly number[] = columns.map((_, i) => i),
): CsvScanNode {
  const fields = project.map(position => {
    const { name, type } = columns[position] as CsvColumn
    return { name, type }
  })
  return Object.freeze({
    kind: 'csvScan' as const,
    source,
    columns: Object.freeze([...columns]),
    project: Object.freeze([...project]),
    schema: new Schema(fields),
    depth: 1,
  })
}
