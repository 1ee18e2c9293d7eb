// What runs JavaScript functions over columns. Frames hand batches to it; the pool installs itself, so that frames need
// not know that there are workers.
import type { DType } from './dtypes.js'
import type { ErrorCode } from './error-codes.js'

/** A column in memory that all threads see. */
export interface SharedColumn {
  readonly name: string
  readonly type: DType
  readonly data: ArrayBufferView
  /** One bit a row, least significant first, 1 for a value; null when every row has one. */
  readonly validity: Uint8Array | null
  /** utf8: rows + 1 byte positions; the first need not be 0. */
  readonly offsets: Uint32Array | Float64Array | null
  /** dict: what `data` indexes. */
  readonly categories: readonly string[] | null
}

/** A column that the function shall give. */
export interface ReturnedField {
  readonly name: string
  readonly dtype: DType
  readonly nullable: boolean
}

/** Runs of rows that belong together: one call of the function for each. */
export interface RowGroups {
  /** Where each group begins in the batch, and where the last one ends. */
  readonly starts: Float64Array
  /** Groups in the batches before. */
  readonly from: number
  /** The columns whose values tell groups apart. */
  readonly keys: readonly string[]
}

/** One piece of work for one worker. */
export interface ColumnsCall {
  readonly columns: readonly SharedColumn[]
  readonly rows: number
  /** Position of the batch, from 0. */
  readonly index: number
  readonly returns: readonly ReturnedField[]
  readonly groups?: RowGroups
  /** Where to put what the function gives, as far as it fits. */
  readonly into?: SharedArrayBuffer | undefined
}

/** A column as a function gave it, in memory that all threads see. */
export interface ReturnedColumn {
  readonly name: string
  readonly type: DType
  readonly data: ArrayBufferView
  readonly validity: Uint8Array | null
  readonly offsets?: Uint32Array
}

/** What was wrong with what the function returned. */
export interface ReturnProblem {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
  readonly column?: string | undefined
}

export type ColumnsResult =
  | {
      readonly rows: number
      readonly columns: readonly ReturnedColumn[]
      /** Whether some of them lie in the memory of the batch, and in that of `into`. */
      readonly keepsInput: boolean
      readonly usesInto: boolean
      /** Of those that do not lie in the memory of the batch. */
      readonly bytes: number
      /** Of those that lie in neither. */
      readonly ownBytes: number
      readonly problem?: undefined
    }
  | { readonly problem: ReturnProblem }

export interface CallLimits {
  /** Milliseconds. */
  readonly timeout: number | undefined
  readonly signal: AbortSignal
}

export interface ColumnFunctions {
  /** How many calls run at a time. */
  readonly workers: number
  /** The function in a form that travels. Throws ERR_CLOSURE at once when it cannot. */
  prepare(fn: unknown, method: string, closure: Readonly<Record<string, unknown>> | undefined): unknown
  call(prepared: unknown, call: ColumnsCall, limits: CallLimits): Promise<ColumnsResult>
}

let installed: ColumnFunctions | undefined

export function setColumnFunctions(functions: ColumnFunctions): void {
  installed = functions
}

/** Precondition: something has installed itself, as the pool does when it is imported. */
export function columnFunctions(): ColumnFunctions {
  if (!installed) throw new Error('nothing that runs functions over columns has been installed')
  return installed
}
