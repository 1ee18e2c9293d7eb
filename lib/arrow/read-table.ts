// Tables of the package apache-arrow, by the shape of their objects: their buffers are what a message would hold.
import { bitsFrom } from './bits.js'
import { damaged, unsupported } from './damage.js'
import { dictionaryTexts } from './decode-text.js'
import type { ChooseFields } from './read-arrow.js'
import {
  type ArrowArray,
  type ArrowBatch,
  type ArrowField,
  type ArrowType,
  type DictionaryValues,
  isText,
  timeUnits,
} from './types.js'
import type { Unpacking } from './unpacking.js'

/** A table of apache-arrow, as far as types of any version of it agree. */
export interface ArrowTableLike {
  readonly schema: { readonly fields: readonly unknown[] }
  readonly batches: readonly unknown[]
}

/** What is looked at of one. */
interface TableLike {
  readonly schema: { readonly fields: readonly FieldLike[] }
  readonly batches: readonly { readonly data: DataLike }[]
}

interface FieldLike {
  readonly name: string
  readonly type: TypeLike
}

interface TypeLike {
  readonly typeId: number
  readonly bitWidth?: number
  readonly isSigned?: boolean
  readonly precision?: number
  readonly unit?: number
  readonly timezone?: string | null
  readonly id?: number
  readonly indices?: TypeLike
  readonly dictionary?: TypeLike
}

interface DataLike {
  readonly length: number
  readonly offset: number
  readonly nullCount: number
  readonly values?: ArrayBufferView
  readonly valueOffsets?: ArrayBufferView
  readonly nullBitmap?: Uint8Array
  readonly children?: readonly (DataLike | undefined)[]
  readonly dictionary?: { readonly data: readonly DataLike[] }
}

export function isTableLike(value: unknown): value is ArrowTableLike {
  const table = value as Partial<ArrowTableLike> | null
  return typeof table === 'object' && Array.isArray(table?.schema?.fields) && Array.isArray(table.batches)
}

export interface TableBatches {
  readonly chosen: readonly ArrowField[]
  readonly batches: Iterable<ArrowBatch>
}

export function readTable(table: ArrowTableLike, choose: ChooseFields, unpacking: Unpacking): TableBatches {
  const { schema, batches } = table as TableLike
  const fields = schema.fields.map(fieldOf)
  const chosen = choose(fields)
  return { chosen, batches: batchesOf(batches, fields, chosen, unpacking) }
}

function* batchesOf(
  batches: TableLike['batches'],
  fields: readonly ArrowField[],
  chosen: readonly ArrowField[],
  unpacking: Unpacking,
): Generator<ArrowBatch> {
  const dictionaries = new WeakMap<object, DictionaryValues>()
  for (const { data } of batches) {
    const columns = chosen.map(field => {
      const child = data.children?.[fields.indexOf(field)]
      if (!child || child.length !== data.length) throw damaged('a batch lacks rows of it', field.name)
      return arrayOf(field, child, dictionaries, unpacking)
    })
    yield { rows: data.length, columns }
  }
}

const nothing = { buffers: 0, nodes: 0, variadic: 0 }

function fieldOf({ name, type }: FieldLike): ArrowField {
  if (!type.dictionary || !type.indices) return { name, type: typeOf(type), layout: nothing }
  const { bitWidth: bits = 32, isSigned: signed = true } = type.indices
  return {
    name,
    type: typeOf(type.dictionary),
    dictionary: { id: BigInt(type.id ?? 0), index: { bits, signed } },
    layout: nothing,
  }
}

function typeOf(type: TypeLike): ArrowType {
  switch (type.typeId) {
    case 1:
      return { kind: 'null' }
    case 2:
      return { kind: 'int', bits: type.bitWidth ?? 32, signed: type.isSigned ?? true }
    case 3:
      return { kind: 'float', bits: ([16, 32, 64] as const)[type.precision ?? 2] ?? 64 }
    case 5:
      return { kind: 'utf8' }
    case 6:
      return { kind: 'bool' }
    case 8:
      return { kind: 'date', unit: type.unit === 0 ? 'day' : 'ms' }
    case 10:
      return { kind: 'timestamp', unit: timeUnits[type.unit ?? 1] ?? 'ms', zone: type.timezone || undefined }
    case 20:
      return { kind: 'largeUtf8' }
    default:
      return { kind: 'other', name: String(type) }
  }
}

function arrayOf(
  field: ArrowField,
  data: DataLike,
  dictionaries: WeakMap<object, DictionaryValues>,
  unpacking: Unpacking,
): ArrowArray {
  const array = plainArray(field, data)
  if (!field.dictionary) return array
  const { dictionary } = data
  if (!dictionary) return { ...array, dictionary: { texts: [], numbers: [] } }
  let values = dictionaries.get(dictionary)
  if (!values) {
    const { dictionary: _, ...plain } = field
    const parts = dictionary.data.map(part => plainArray(plain, part))
    values = isText(field.type)
      ? { texts: parts.flatMap(part => dictionaryTexts(plain, part, unpacking)), numbers: [] }
      : { texts: [], numbers: parts }
    dictionaries.set(dictionary, values)
  }
  return { ...array, dictionary: values }
}

const empty = new Uint8Array(0)

// A slice has its values and positions cut already, its bits not.
function plainArray({ name, type, dictionary }: ArrowField, data: DataLike): ArrowArray {
  const { length: rows, offset, nullCount, nullBitmap } = data
  // An empty table's columns have no buffers at all.
  if (rows === 0)
    return {
      rows,
      validity: null,
      values: empty,
      offsets: new Uint8Array(type.kind === 'utf8' ? 4 : 8),
      text: empty,
    }
  if (type.kind === 'null') return { rows, validity: null, values: empty }
  const hasNulls = nullCount !== 0 && nullBitmap !== undefined && nullBitmap.length > 0
  const validity = hasNulls ? bitsFrom(nullBitmap, offset, rows) : null
  const values = bytesOf(name, data.values)
  if (type.kind === 'bool' && !dictionary) return { rows, validity, values: bitsFrom(values, offset, rows) }
  if (dictionary || (type.kind !== 'utf8' && type.kind !== 'largeUtf8'))
    return { rows, validity, values: values.subarray(0, sizeOf(name, data, rows)) }
  const offsets = bytesOf(name, data.valueOffsets)
  const width = type.kind === 'utf8' ? 4 : 8
  if (offsets.length < (rows + 1) * width) throw damaged('too few positions', name)
  return { rows, validity, values, offsets: offsets.subarray(0, (rows + 1) * width), text: values }
}

function sizeOf(name: string, { values }: DataLike, rows: number): number {
  const { BYTES_PER_ELEMENT: width, length } = values as Uint8Array
  if (!(width > 0) || length < rows) throw damaged('too few values', name)
  return rows * width
}

function bytesOf(name: string, view: ArrayBufferView | undefined): Uint8Array {
  if (!ArrayBuffer.isView(view)) {
    throw unsupported(
      `The column ${JSON.stringify(name)} of the Arrow table has no buffers that can be read`,
      'give fromArrow the bytes instead: tableToIPC(table)',
      name,
    )
  }
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}
