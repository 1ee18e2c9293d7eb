import type { ReturnedField, SharedColumn } from '../core/column-functions.js'
import type { DType } from '../core/dtypes.js'
import type { NativeArray, NativeColumnInput, NativePlace } from '../native.js'

type ArrayMaker = new (memory: SharedArrayBuffer, at: number, length: number) => NativeArray

const arrays = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
  utf8: Uint8Array,
  dict: Int32Array,
  date: Int32Array,
  'timestamp[ms]': BigInt64Array,
  'timestamp[us]': BigInt64Array,
  'timestamp[ns]': BigInt64Array,
} as unknown as Readonly<Record<DType, ArrayMaker>>

/** Views of a column where the engine has written it. */
export function sharedColumn(memory: SharedArrayBuffer, place: NativePlace, rows: number): SharedColumn {
  const { name, type, data, dataBytes, offsets, offsetWidth, validity, categories } = place
  return {
    name,
    type: type as DType,
    data: new arrays[type as DType](memory, data, type === 'utf8' ? dataBytes : rows),
    validity: validity === undefined ? null : new Uint8Array(memory, validity, (rows + 7) >> 3),
    offsets: offsetsOf(memory, offsets, offsetWidth, rows),
    categories: categories ?? null,
  }
}

function offsetsOf(memory: SharedArrayBuffer, at: number, width: number, rows: number) {
  if (width === 0) return null
  return width === 8 ? new Float64Array(memory, at, rows + 1) : new Uint32Array(memory, at, rows + 1)
}

/** No row of the field. */
export function emptyColumn({ name, dtype }: ReturnedField): NativeColumnInput {
  const isText = dtype === 'utf8' || dtype === 'dict'
  return { name, type: dtype, data: new Uint8Array(0), ...(isText && { offsets: new Uint32Array(1) }) }
}
