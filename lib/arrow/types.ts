/** A type of Arrow, as far as it is read here; `other` for the rest, with the name that errors show. */
export type ArrowType =
  | { readonly kind: 'null' | 'bool' | 'utf8' | 'largeUtf8' | 'utf8View' }
  | { readonly kind: 'int'; readonly bits: number; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'date'; readonly unit: 'day' | 'ms' }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly zone: string | undefined }
  | { readonly kind: 'other'; readonly name: string }

export type TimeUnit = 's' | 'ms' | 'us' | 'ns'
export const timeUnits: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns']

export interface IndexType {
  readonly bits: number
  readonly signed: boolean
}

export interface ArrowField {
  readonly name: string
  /** Of the values, where they are in a dictionary. */
  readonly type: ArrowType
  readonly dictionary?: { readonly id: bigint; readonly index: IndexType }
  /** What a record batch holds for it. */
  readonly layout: Layout
}

/** How many buffers a column has, itself and below it, and how many nodes: what to pass over to reach the next one. */
export interface Layout {
  readonly buffers: number
  readonly nodes: number
  /** How many columns of it have as many more buffers as the batch says. */
  readonly variadic: number
}

/** One column of one batch: its buffers, cut to its rows, and nothing checked inside them. */
export interface ArrowArray {
  readonly rows: number
  /** One bit a row from the first bit on; null without nulls. */
  readonly validity: Uint8Array | null
  /** Numbers, bits or views; codes where there is a dictionary. */
  readonly values: Uint8Array
  /** utf8, largeUtf8: rows + 1 positions into `text`. */
  readonly offsets?: Uint8Array
  readonly text?: Uint8Array
  /** utf8View: what the views point into. */
  readonly parts?: readonly Uint8Array[]
  readonly dictionary?: DictionaryValues
}

/** The distinct values that the codes of some batches mean, of one of the two kinds. Later batches may add to them. */
export interface DictionaryValues {
  readonly texts: (string | null)[]
  readonly numbers: ArrowArray[]
}

export interface ArrowBatch {
  readonly rows: number
  /** By the fields asked for. */
  readonly columns: readonly ArrowArray[]
}

/** Bytes of one value, 0 where it has none of a fixed width. */
export function widthOf(type: ArrowType): number {
  switch (type.kind) {
    case 'int':
    case 'float':
      return type.bits >> 3
    case 'date':
      return type.unit === 'day' ? 4 : 8
    case 'timestamp':
      return 8
    case 'utf8View':
      return 16
    default:
      return 0
  }
}

export const isText = ({ kind }: ArrowType): boolean =>
  kind === 'utf8' || kind === 'largeUtf8' || kind === 'utf8View'

export function typeName(type: ArrowType): string {
  switch (type.kind) {
    case 'int':
      return `${type.signed ? 'Int' : 'Uint'}${type.bits}`
    case 'float':
      return `Float${type.bits}`
    case 'timestamp':
      return `Timestamp(${type.unit}${type.zone === undefined ? '' : `, ${type.zone}`})`
    case 'date':
      return type.unit === 'day' ? 'Date32' : 'Date64'
    case 'other':
      return type.name
    default:
      return `${type.kind[0]?.toUpperCase()}${type.kind.slice(1)}`
  }
}
