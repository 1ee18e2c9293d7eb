// Texts of Arrow: positions and bytes as the engine takes them, which checks them, or strings for a dictionary.
import { Buffer, isUtf8 } from 'node:buffer'
import { isSet } from './bits.js'
import { damaged } from './damage.js'
import type { ArrowArray, ArrowField } from './types.js'
import type { Unpacking } from './unpacking.js'

export interface Texts {
  readonly data: Uint8Array
  readonly offsets: Uint32Array | BigUint64Array
}

/** Precondition: a type of text. */
export function textsOf(field: ArrowField, array: ArrowArray, unpacking: Unpacking): Texts {
  if (field.type.kind === 'utf8View') return textsOfViews(field.name, array, unpacking)
  const offsets = array.offsets as Uint8Array
  return {
    data: array.text as Uint8Array,
    offsets: field.type.kind === 'utf8' ? words(offsets) : longs(offsets),
  }
}

/** A copy where the bytes do not lie at a multiple of the width. */
export function words(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset, length } = aligned(bytes, 4)
  return new Uint32Array(buffer, byteOffset, length >> 2)
}

export function longs(bytes: Uint8Array): BigUint64Array {
  const { buffer, byteOffset, length } = aligned(bytes, 8)
  return new BigUint64Array(buffer, byteOffset, Math.floor(length / 8))
}

export const aligned = (bytes: Uint8Array, width: number): Uint8Array =>
  bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes)

const inlineBytes = 12

// 16 bytes a row: the length, then the text itself, or its beginning, its buffer and its position there.
function textsOfViews(
  name: string,
  { rows, values, parts = [], validity }: ArrowArray,
  unpacking: Unpacking,
): Texts {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  const offsets = new BigUint64Array(rows + 1)
  const pieces: Uint8Array[] = []
  let bytes = 0
  for (let row = 0; row < rows; row++) {
    if (!validity || isSet(validity, row)) {
      const piece = viewed(name, view, row * 16, values, parts)
      pieces.push(piece)
      bytes += piece.length
    }
    offsets[row + 1] = BigInt(bytes)
  }
  unpacking.reserve(bytes, name)
  return { data: joined(pieces, bytes), offsets }
}

function viewed(
  name: string,
  view: DataView,
  at: number,
  values: Uint8Array,
  parts: readonly Uint8Array[],
): Uint8Array {
  const length = view.getInt32(at, true)
  if (length < 0) throw damaged(`a text of ${length} bytes`, name)
  if (length <= inlineBytes) return values.subarray(at + 4, at + 4 + length)
  const part = parts[view.getInt32(at + 8, true)]
  const offset = view.getInt32(at + 12, true)
  if (!part || offset < 0 || offset + length > part.length) throw damaged('a text outside its buffers', name)
  return part.subarray(offset, offset + length)
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const out = new Uint8Array(bytes)
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

/** The strings themselves, checked. */
export function dictionaryTexts(
  field: ArrowField,
  array: ArrowArray,
  unpacking: Unpacking,
): (string | null)[] {
  const { data, offsets } = textsOf(field, array, unpacking)
  const { validity } = array
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const texts = new Array<string | null>(array.rows)
  for (let row = 0, before = Number(offsets[0]); row < array.rows; row++) {
    const end = Number(offsets[row + 1])
    if (end < before || end > data.length) throw damaged('positions out of order', field.name)
    const missing = validity && !isSet(validity, row)
    if (missing) texts[row] = null
    else if (isUtf8(buffer.subarray(before, end))) texts[row] = buffer.toString('utf8', before, end)
    else throw damaged('a text is not valid UTF-8', field.name)
    before = end
  }
  return texts
}
