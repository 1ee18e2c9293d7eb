// JavaScript values to engine columns: the dtype by declaration or by the first value, then one typed loop.
import { Buffer } from 'node:buffer'
import { canLend, isDetached } from '../core/borrowed-buffer.js'
import {
  type DataType,
  type DType,
  dataType,
  integerRange,
  isInteger,
  isTimestamp,
  ticksPerMs,
  unitOf,
} from '../core/dtypes.js'
import { describe, invalidArgument, MillraceError } from '../core/errors.js'
import type { NativeArray, NativeColumnInput } from '../native.js'
import { msPerDay, parseDate, parseTimestamp, ticksOf } from '../plan/expression/calendar.js'

/** A column for the engine, and whether it has nulls. */
export interface ColumnInput {
  readonly input: NativeColumnInput
  readonly type: DataType
  /** The caller's own memory, which can be lent. */
  readonly lendable?: ArrayBufferLike
}

const typedArrays: readonly (readonly [new (length: number) => NativeArray, DType])[] = [
  [Float64Array, 'float64'],
  [Float32Array, 'float32'],
  [Int32Array, 'int32'],
  [Int16Array, 'int16'],
  [Int8Array, 'int8'],
  [Uint32Array, 'uint32'],
  [Uint16Array, 'uint16'],
  [Uint8Array, 'uint8'],
  [BigInt64Array, 'int64'],
  [BigUint64Array, 'uint64'],
]

// Typed arrays hold days and ticks as well as numbers.
const storage: Readonly<Record<string, DType>> = { bool: 'uint8', date: 'int32' }
const storageOf = (dtype: DType): DType => (isTimestamp(dtype) ? 'int64' : (storage[dtype] ?? dtype))

/** Throws ERR_TYPE naming the row for values of another kind, ERR_NULL_IN_NON_NULLABLE for undeclared nulls. */
export function columnInput(name: string, values: unknown, declared: DataType | undefined): ColumnInput {
  if (ArrayBuffer.isView(values) && !(values instanceof DataView))
    return fromTypedArray(name, values, declared)
  if (!Array.isArray(values)) {
    throw invalidArgument('an array or a typed array', `column ${JSON.stringify(name)}`, values)
  }
  return fromValues(name, values, declared)
}

function fromTypedArray(name: string, values: ArrayBufferView, declared: DataType | undefined): ColumnInput {
  const own = typedArrays.find(([type]) => values instanceof type)?.[1]
  if (!own) throw invalidArgument('a numeric typed array', `column ${JSON.stringify(name)}`, values)
  const dtype = declared?.dtype ?? own
  if (storageOf(dtype as DType) !== own) {
    throw new MillraceError(
      'ERR_TYPE',
      `Column ${JSON.stringify(name)} is a ${own} array, but the schema says ${dtype}`,
      {
        column: name,
        hint: `leave it out of the schema and add .cast({ ${JSON.stringify(name)}: '${dtype}' })`,
      },
    )
  }
  const { buffer } = values
  if (isDetached(buffer)) {
    throw new MillraceError(
      'ERR_BUFFER_DETACHED',
      `The memory of column ${JSON.stringify(name)} has been transferred to somebody else`,
      { column: name, hint: 'make the frame before its arrays are transferred, or transfer copies' },
    )
  }
  return {
    input: { name, type: dtype, data: values as NativeArray },
    type: dataType(dtype as DType, declared?.nullable ?? false),
    ...(canLend(buffer) && { lendable: buffer }),
  }
}

function fromValues(name: string, values: readonly unknown[], declared: DataType | undefined): ColumnInput {
  const dtype = (declared?.dtype as DType | undefined) ?? inferType(name, values)
  const nulls = validityOf(values)
  if (nulls && declared && !declared.nullable) throw unexpectedNull(name, values, declared)
  const type = dataType(dtype, declared?.nullable ?? nulls !== null)
  const encoded =
    dtype === 'utf8' || dtype === 'dict'
      ? encodeText(name, dtype, values)
      : { data: encode(name, dtype, values) }
  return { input: { name, type: dtype, validity: nulls, ...encoded }, type }
}

function unexpectedNull(name: string, values: readonly unknown[], declared: DataType): MillraceError {
  const row = values.findIndex(isMissing)
  return new MillraceError(
    'ERR_NULL_IN_NON_NULLABLE',
    `Column ${JSON.stringify(name)} has no value in row ${row}`,
    {
      column: name,
      hint: `declare it '${declared.dtype}?' to allow nulls`,
    },
  )
}

const isMissing = (value: unknown): boolean => value === null || value === undefined

/** One bit a row, least significant first; null when every row has a value. */
function validityOf(values: readonly unknown[]): Uint8Array | null {
  let bits: Uint8Array | null = null
  for (let row = 0; row < values.length; row++) {
    if (!isMissing(values[row])) continue
    bits ??= new Uint8Array((values.length + 7) >> 3).fill(255)
    bits[row >> 3] = (bits[row >> 3] as number) & ~(1 << (row & 7))
  }
  return bits
}

function inferType(name: string, values: readonly unknown[]): DType {
  const first = values.find(value => !isMissing(value))
  switch (typeof first) {
    case 'number':
      return 'float64'
    case 'string':
      return 'utf8'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int64'
    default:
      if (first instanceof Date) return 'timestamp[ms]'
      throw new MillraceError(
        'ERR_TYPE',
        first === undefined
          ? `Column ${JSON.stringify(name)} has no value to tell its dtype by`
          : `Column ${JSON.stringify(name)} holds ${describe(first)}, which no dtype is for`,
        {
          column: name,
          hint:
            first === undefined
              ? "say it in the schema, as in { schema: { a: 'float64?' } }"
              : 'columns hold numbers, bigints, strings, booleans or Dates: make one of those, or leave the column out',
        },
      )
  }
}

function encode(name: string, dtype: DType, values: readonly unknown[]): NativeArray {
  const [, convert, array] = encoderOf(dtype)
  const data = new array(values.length) as Float64Array
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    if (isMissing(value)) continue
    const converted = convert(value)
    if (converted === undefined) throw misfit(name, dtype, row, value)
    data[row] = converted as number
  }
  return data
}

type Encoder = readonly [
  dtype: DType,
  convert: (value: unknown) => number | bigint | undefined,
  array: new (length: number) => NativeArray,
]

function encoderOf(dtype: DType): Encoder {
  const array = (
    typedArrays.find(([, stored]) => stored === storageOf(dtype)) as (typeof typedArrays)[number]
  )[0]
  if (dtype === 'bool')
    return [dtype, value => (typeof value === 'boolean' ? Number(value) : undefined), array]
  if (dtype === 'date') return [dtype, dayOf, array]
  if (isTimestamp(dtype)) return [dtype, value => tickOf(value, dtype), array]
  if (isInteger(dtype)) return [dtype, integerOf(dtype), array]
  return [dtype, floatOf, array]
}

function floatOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'bigint' && BigInt(Number(value)) === value ? Number(value) : undefined
}

function integerOf(dtype: DType): (value: unknown) => number | bigint | undefined {
  const [least, most] = integerRange(dtype)
  const wide = dtype === 'int64' || dtype === 'uint64'
  return value => {
    if (typeof value === 'number' ? !Number.isSafeInteger(value) : typeof value !== 'bigint') return undefined
    const fits = (value as number) >= least && (value as number) <= most
    if (!fits) return undefined
    return wide ? BigInt(value as number) : Number(value)
  }
}

function dayOf(value: unknown): number | undefined {
  if (typeof value === 'string') return parseDate(value)
  if (!(value instanceof Date)) return undefined
  const days = value.getTime() / msPerDay
  return Number.isInteger(days) ? days : undefined
}

function tickOf(value: unknown, dtype: DType): bigint | undefined {
  const unit = unitOf(dtype)
  if (typeof value === 'string') {
    const nanos = parseTimestamp(value)
    return nanos === undefined ? undefined : ticksOf(nanos, unit)
  }
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined
  const ticks = BigInt(value.getTime()) * ticksPerMs[unit]
  return BigInt.asIntN(64, ticks) === ticks ? ticks : undefined
}

function misfit(name: string, dtype: DType, row: number, value: unknown): MillraceError {
  return new MillraceError(
    'ERR_TYPE',
    `Row ${row} of column ${JSON.stringify(name)} is ${describe(value)}, not a ${dtype}`,
    {
      column: name,
      text: String(value).slice(0, 200),
      hint:
        dtype === 'date'
          ? "dates are '2020-12-31' or a Date at midnight UTC"
          : 'give the column one kind of value, or declare another dtype in the schema',
    },
  )
}

/** All strings end to end, with the position of each. */
function encodeText(
  name: string,
  dtype: DType,
  values: readonly unknown[],
): { data: Uint8Array; offsets: Uint32Array } {
  const texts = values.map((value, row) => {
    if (isMissing(value)) return ''
    if (typeof value !== 'string') throw misfit(name, dtype, row, value)
    return value
  })
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (bytes >= 2 ** 32) {
    throw new MillraceError(
      'ERR_INVALID_ARGUMENT',
      `Column ${JSON.stringify(name)} has more than 4 GB of text`,
      { column: name },
    )
  }
  const data = Buffer.allocUnsafe(bytes)
  const offsets = new Uint32Array(texts.length + 1)
  const ascii = bytes === characters
  let at = 0
  for (const [row, text] of texts.entries()) {
    at += data.write(text, at, ascii ? 'latin1' : 'utf8')
    offsets[row + 1] = at
  }
  return { data, offsets }
}
