import { invalidArgument } from '../../core/errors.js'

/** The element types of Value and SharedArray, by their short names and by those of schemas. */
export const numberTypes = Object.freeze({
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
})

/** 'i32', 'f64', ... or the same as 'int32', 'float64', ... Python's type codes: `b B h H i I q Q f d`. */
export type NumberType = keyof typeof numberTypes

/** The typed array of a number type. */
export type ArrayOf<T extends NumberType> = InstanceType<(typeof numberTypes)[T]>

/** What a number type holds: bigint for 64-bit integers, else number. */
export type ElementOf<T extends NumberType> = ArrayOf<T>[number]

export const readNumberType = <T extends NumberType>(type: T, name: string): T => {
  if (Object.hasOwn(numberTypes, type)) return type
  throw invalidArgument(Object.keys(numberTypes).slice(0, 10).join(', '), name, type)
}

/** Which number type it is, as one number that fits a word. */
export const typeNumber = (type: NumberType): number => Object.keys(numberTypes).indexOf(type)
export const typeOfNumber = (index: number): NumberType => Object.keys(numberTypes)[index] as NumberType
