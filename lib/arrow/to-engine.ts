// Arrow columns as the engine takes them: what has the same form is lent, the rest is converted.
import { canLend } from '../core/borrowed-buffer.js'
import { type DType, isTimestamp } from '../core/dtypes.js'
import { MillraceError } from '../core/errors.js'
import type { NativeArray, NativeChunkColumn } from '../native.js'
import { isSet } from './bits.js'
import { CategoryCodes } from './category-codes.js'
import { CodedNumbers } from './coded-numbers.js'
import { damaged } from './damage.js'
import { aligned, textsOf } from './decode-text.js'
import { type ArrowArray, type ArrowField, isText, typeName } from './types.js'
import type { Unpacking } from './unpacking.js'

/** The dtype of a field. Throws ERR_TYPE for what has none. */
export function dtypeOf({ name, type, dictionary }: ArrowField): DType {
  if (isText(type)) return dictionary ? 'dict' : 'utf8'
  switch (type.kind) {
    case 'bool':
      return 'bool'
    case 'int':
      return `${type.signed ? '' : 'u'}int${type.bits}` as DType
    case 'float':
      return type.bits === 64 ? 'float64' : 'float32'
    case 'date':
      return type.unit === 'day' ? 'date' : 'timestamp[ms]'
    case 'timestamp':
      return type.unit === 's' ? 'timestamp[ms]' : `timestamp[${type.unit}]`
    case 'null': // no value tells otherwise, and text holds anything
      if (!dictionary) return 'utf8'
  }
  const values = typeName(type)
  throw unreadable(name, dictionary ? `Dictionary<${values}>` : values)
}

function unreadable(name: string, type: string): MillraceError {
  const hint = /^Decimal/.test(type)
    ? 'cast it where the data is written: to float64, or to an integer of the smallest unit'
    : 'leave it out with the option columns, or convert it where the data is written'
  return new MillraceError(
    'ERR_TYPE',
    `Arrow column ${JSON.stringify(name)} is ${type}, which no dtype is for`,
    { column: name, hint },
  )
}

interface Plain {
  readonly data: NativeArray
  readonly offsets?: Uint32Array | BigUint64Array
  readonly validity: Uint8Array | null
  readonly borrow?: boolean
}

const engineWidth = (dtype: DType): number =>
  dtype === 'bool' ? 1 : dtype === 'date' ? 4 : isTimestamp(dtype) ? 8 : Number(/\d+$/.exec(dtype)?.[0]) >> 3

/** Makes the chunks of one column, batch after batch. */
export class ColumnConverter {
  readonly field: ArrowField
  readonly dtype: DType
  readonly categories: CategoryCodes | undefined
  readonly #coded: CodedNumbers | undefined
  readonly #unpacking: Unpacking
  readonly #copy: boolean

  constructor(field: ArrowField, unpacking: Unpacking, copy: boolean) {
    this.field = field
    this.dtype = dtypeOf(field)
    this.#unpacking = unpacking
    this.#copy = copy
    const { name, type, dictionary } = field
    if (!dictionary) return
    if (isText(type)) this.categories = new CategoryCodes(name, dictionary.index)
    else this.#coded = new CodedNumbers(name, dictionary.index, array => this.#plain(array))
  }

  convert(array: ArrowArray): NativeChunkColumn {
    const { field, dtype: type } = this
    const { name } = field
    if (field.type.kind === 'null') return { name, type, missing: array.rows }
    if (this.categories) return { name, type, ...this.categories.codesOf(array) }
    if (this.#coded) return { name, type, ...this.#coded.lookUp(array, engineWidth(type)) }
    return { name, type, ...this.#plain(array) }
  }

  /** Values that are no codes. */
  #plain(array: ArrowArray): Plain {
    const { validity, values, rows } = array
    if (this.dtype === 'utf8') return { ...textsOf(this.field, array, this.#unpacking), validity }
    if (this.dtype === 'bool') return { data: unpackBits(values, rows), validity }
    return { ...this.#numbers(array), validity }
  }

  #numbers({ values, validity }: ArrowArray): {
    data: Uint8Array | Float32Array | BigInt64Array
    borrow?: boolean
  } {
    const { type, name } = this.field
    if (type.kind === 'float' && type.bits === 16) return { data: widenHalves(values) }
    if (type.kind === 'timestamp' && type.unit === 's') return { data: secondsToMs(name, values, validity) }
    return { data: values, borrow: !this.#copy && canLend(values.buffer) }
  }
}

function unpackBits(bits: Uint8Array, rows: number): Uint8Array {
  const out = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) out[row] = isSet(bits, row) ? 1 : 0
  return out
}

function widenHalves(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, length } = aligned(bytes, 2)
  const halves = new Uint16Array(buffer, byteOffset, length >> 1)
  const out = new Float32Array(halves.length)
  for (let row = 0; row < halves.length; row++) out[row] = half(halves[row] as number)
  return out
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

function secondsToMs(name: string, bytes: Uint8Array, validity: Uint8Array | null): BigInt64Array {
  const { buffer, byteOffset, length } = aligned(bytes, 8)
  const seconds = new BigInt64Array(buffer, byteOffset, length >> 3)
  const out = new BigInt64Array(seconds.length)
  for (let row = 0; row < seconds.length; row++) {
    if (validity && !isSet(validity, row)) continue
    const ms = (seconds[row] as bigint) * 1000n
    if (BigInt.asIntN(64, ms) !== ms)
      throw damaged(`row ${row} is ${seconds[row]} seconds, past any timestamp`, name)
    out[row] = ms
  }
  return out
}
