import { aligned } from './decode-text.js'
import type { IndexType } from './types.js'

export type Indices =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array

type IndexArray = new (buffer: ArrayBufferLike, offset: number, length: number) => Indices

const unsignedArrays: Readonly<Record<number, IndexArray>> = {
  8: Uint8Array,
  16: Uint16Array,
  32: Uint32Array,
  64: BigUint64Array,
}
const signedArrays: Readonly<Record<number, IndexArray>> = {
  8: Int8Array,
  16: Int16Array,
  32: Int32Array,
  64: BigInt64Array,
}

/** Codes as numbers, of whatever width. */
export function indicesOf(bytes: Uint8Array, { bits, signed }: IndexType): Indices {
  const width = bits >> 3
  const { buffer, byteOffset, length } = aligned(bytes, width)
  const Made = (signed ? signedArrays : unsignedArrays)[bits] as IndexArray
  return new Made(buffer, byteOffset, Math.floor(length / width))
}
