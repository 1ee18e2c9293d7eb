// What a function over batches returned, as columns that the engine takes: checked against what was promised, and written
// to shared memory. Imports nothing but its neighbours, as all of a worker's program.
import type { ReturnedColumn, ReturnedField, ReturnProblem } from '../../core/column-functions.js'

/** Thrown for a result that is not as `returns` says. */
export class WrongResult extends Error {
  readonly problem: ReturnProblem

  constructor(
    message: string,
    hint: string,
    column: string | undefined,
    code: ReturnProblem['code'] = 'ERR_TYPE',
  ) {
    super(message)
    this.problem = { code, message, hint, column }
  }
}

type NumberArray = Float64Array
type ArrayMaker = new (buffer: ArrayBufferLike, at: number, length: number) => NumberArray

/** Where columns are written. */
export interface Memory {
  /** Room for so many bytes, from a byte on that suits every type. What is in it is unspecified. */
  place(bytes: number): { readonly buffer: ArrayBufferLike; readonly at: number }
  /** Whether an array in the buffer may stay where it is. */
  holds(buffer: ArrayBufferLike): boolean
}

/** What stays in the worker. */
export const ownMemory: Memory = {
  place: bytes => ({ buffer: new ArrayBuffer(bytes), at: 0 }),
  holds: () => true,
}

/**
 * What leaves it, in `into` as far as there is room. An array in one of the buffers stays there; other shared memory is the
 * function's, to be written again.
 */
export function sharedMemory(
  buffers: ReadonlySet<ArrayBufferLike>,
  into?: SharedArrayBuffer | undefined,
): Memory {
  const held = new Set(buffers)
  let used = 0
  return {
    place(bytes) {
      const at = used
      const fits = into !== undefined && at + bytes <= into.byteLength
      if (fits) used = Math.ceil((at + bytes) / 64) * 64
      const place = fits ? { buffer: into, at } : { buffer: new SharedArrayBuffer(bytes), at: 0 }
      held.add(place.buffer)
      return place
    },
    holds: buffer => held.has(buffer),
  }
}

/** An array like this one, of so many values. */
export function arrayLike<A extends Uint8Array | NumberArray>(like: A, length: number, memory: Memory): A {
  const { buffer, at } = memory.place(length * like.BYTES_PER_ELEMENT)
  return new (like.constructor as ArrayMaker)(buffer, at, length) as A
}

export function bytesIn(memory: Memory, length: number): Uint8Array {
  const { buffer, at } = memory.place(length)
  return new Uint8Array(buffer, at, length)
}

export function offsetsIn(memory: Memory, rows: number): Uint32Array {
  const { buffer, at } = memory.place((rows + 1) * 4)
  const offsets = new Uint32Array(buffer, at, rows + 1)
  offsets[0] = 0
  return offsets
}

const arrays: Readonly<Record<string, unknown>> = {
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
  date: Int32Array,
  'timestamp[ms]': BigInt64Array,
  'timestamp[us]': BigInt64Array,
  'timestamp[ns]': BigInt64Array,
}

const ticksPerMs: Readonly<Record<string, bigint>> = {
  'timestamp[ms]': 1n,
  'timestamp[us]': 1_000n,
  'timestamp[ns]': 1_000_000n,
}

/** Precondition: `given` is an array, a typed array, or an object that has one as `values`. */
export function returnedColumn(field: ReturnedField, given: unknown, memory: Memory): ReturnedColumn {
  const { values, validity } = valuesOf(field, given)
  const column = Array.isArray(values)
    ? fromArray(field, values, memory)
    : fromTypedArray(field, values as NumberArray, validity, memory)
  if (!field.nullable && column.validity) refuseNulls(field, column.validity, lengthOf(column))
  return column
}

export const lengthOf = ({ data, offsets }: ReturnedColumn): number =>
  offsets ? offsets.length - 1 : (data as NumberArray).length

function valuesOf({ name }: ReturnedField, given: unknown): { values: unknown; validity: unknown } {
  const isArray = (value: unknown) =>
    Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
  if (isArray(given)) return { values: given, validity: null }
  if (typeof given === 'object' && given !== null && 'values' in given && isArray(given.values))
    return { values: given.values, validity: 'validity' in given ? given.validity : null }
  throw new WrongResult(
    `the function returned ${given === null ? 'null' : `a value of type ${typeof given}`} as column ${JSON.stringify(name)}`,
    'return an array, a typed array, or { values, validity } for each column',
    name,
  )
}

function fromTypedArray(
  field: ReturnedField,
  values: NumberArray,
  validity: unknown,
  memory: Memory,
): ReturnedColumn {
  const { name, dtype } = field
  const wanted = arrays[dtype] as (new () => NumberArray) | undefined
  if (!wanted || values.constructor.name !== wanted.name)
    throw new WrongResult(
      `the function returned a ${values.constructor.name} as column ${JSON.stringify(name)}, and returns says ${dtype}`,
      wanted
        ? `return a ${wanted.name} or an array, or change returns`
        : 'return an array of strings, or change returns',
      name,
    )
  const bits = validity ?? null
  if (bits !== null && !(bits instanceof Uint8Array && bits.length >= (values.length + 7) >> 3))
    throw new WrongResult(
      `the validity of column ${JSON.stringify(name)} is no Uint8Array with a bit for each row`,
      'one bit a row, the least significant first, 1 for a value; leave it out when there are no nulls',
      name,
    )
  return { name, type: dtype, data: inMemory(values, memory), validity: bits && inMemory(bits, memory) }
}

/** The array itself where that may stay. */
function inMemory<A extends Uint8Array | NumberArray>(values: A, memory: Memory): A {
  if (memory.holds(values.buffer)) return values
  const made = arrayLike(values, values.length, memory)
  made.set(values as never)
  return made
}

function fromArray(field: ReturnedField, values: readonly unknown[], memory: Memory): ReturnedColumn {
  const { name, dtype } = field
  const validity = validityOf(values, memory)
  if (dtype === 'utf8' || dtype === 'dict')
    return { name, type: dtype, validity, ...encodeText(field, values, memory) }
  const Made = arrays[dtype] as ArrayMaker & { BYTES_PER_ELEMENT: number }
  const { buffer, at } = memory.place(values.length * Made.BYTES_PER_ELEMENT)
  const data = new Made(buffer, at, values.length)
  if (validity) new Uint8Array(buffer, at, data.byteLength).fill(0)
  const store = storeOf(dtype)
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    if (value === null || value === undefined) continue
    if (!store(data, row, value)) throw misfit(field, row, value)
  }
  return { name, type: dtype, data, validity }
}

type Store = (data: NumberArray, row: number, value: unknown) => boolean

/** How a value of the dtype is written; false when it is none. */
function storeOf(dtype: string): Store {
  const exactly: Store = (data, row, value) => {
    data[row] = value as number
    return data[row] === value
  }
  if (dtype === 'float64' || dtype === 'float32') {
    return (data, row, value) => {
      data[row] = value as number
      return typeof value === 'number'
    }
  }
  if (dtype === 'bool')
    return (data, row, value) => exactly(data, row, Number(value)) && value === Boolean(value)
  if (dtype === 'int64' || dtype === 'uint64') {
    return (data, row, value) => {
      if (typeof value === 'bigint') return exactly(data, row, value)
      return Number.isSafeInteger(value) && exactly(data, row, BigInt(value as number))
    }
  }
  if (dtype === 'date')
    return (data, row, value) => value instanceof Date && exactly(data, row, value.getTime() / 86_400_000)
  const ticks = ticksPerMs[dtype]
  if (ticks === undefined) return (data, row, value) => typeof value === 'number' && exactly(data, row, value)
  return (data, row, value) =>
    value instanceof Date &&
    Number.isFinite(value.getTime()) &&
    exactly(data, row, BigInt(value.getTime()) * ticks)
}

function misfit({ name, dtype }: ReturnedField, row: number, value: unknown): WrongResult {
  return new WrongResult(
    `row ${row} of column ${JSON.stringify(name)} that the function returned is ${shown(value)}, not a ${dtype}`,
    dtype === 'date'
      ? 'a date is a Date at midnight UTC; for others say a timestamp in returns'
      : 'give every row a value of that dtype, or change returns',
    name,
  )
}

function shown(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  const text = typeof value === 'object' ? Object.prototype.toString.call(value) : String(value).slice(0, 80)
  return `${text} (${typeof value})`
}

function validityOf(values: readonly unknown[], memory: Memory): Uint8Array | null {
  let bits: Uint8Array | null = null
  for (let row = 0; row < values.length; row++) {
    if (values[row] !== null && values[row] !== undefined) continue
    bits ??= bytesIn(memory, (values.length + 7) >> 3).fill(255)
    bits[row >> 3] = (bits[row >> 3] as number) & ~(1 << (row & 7))
  }
  return bits
}

function encodeText(
  field: ReturnedField,
  values: readonly unknown[],
  memory: Memory,
): { data: Uint8Array; offsets: Uint32Array } {
  const offsets = offsetsIn(memory, values.length)
  let bytes = 0
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? ''
    if (typeof value !== 'string') throw misfit(field, row, value)
    bytes += Buffer.byteLength(value)
    if (bytes >= 2 ** 32)
      throw new WrongResult(
        `column ${JSON.stringify(field.name)} of one batch has more than 4 GB of text`,
        'make batches smaller with the option size',
        field.name,
        'ERR_INVALID_ARGUMENT',
      )
    offsets[row + 1] = bytes
  }
  const data = bytesIn(memory, bytes)
  const buffer = Buffer.from(data.buffer, data.byteOffset, bytes)
  for (let row = 0; row < values.length; row++)
    buffer.write((values[row] as string) ?? '', offsets[row] as number)
  return { data, offsets }
}

function refuseNulls({ name, dtype }: ReturnedField, validity: Uint8Array, rows: number): void {
  for (let row = 0; row < rows; row++) {
    if (((validity[row >> 3] as number) >> (row & 7)) & 1) continue
    throw new WrongResult(
      `column ${JSON.stringify(name)} that the function returned has no value in row ${row}`,
      `say '${dtype}?' in returns to allow nulls`,
      name,
      'ERR_NULL_IN_NON_NULLABLE',
    )
  }
}
