// Columns as the body of a record batch: their buffers one after the other, each at a multiple of 8 bytes.
import { Buffer } from 'node:buffer'
import type { DType } from '../core/dtypes.js'
import { bitsFrom, isSet } from './bits.js'
import { int8, int64, type Part, part, structs, table } from './flatbuffer-writer.js'

/** What is written of a column of a result. */
export interface WrittenColumn {
  readonly name: string
  readonly dtype: DType
  readonly nullCount: number
  readonly validity: Uint8Array | null
  /** Numbers: a typed array. Not asked for text. */
  readonly values: unknown
  readonly bytes: Uint8Array | null
  readonly offsets: Uint32Array | Float64Array | null
  readonly codes: Int32Array | null
  readonly categories: readonly string[] | null
}

export interface Body {
  readonly header: Part
  readonly parts: readonly Uint8Array[]
  readonly length: number
}

const padding = new Uint8Array(8)

export class BodyWriter {
  readonly #rows: number
  readonly #parts: Uint8Array[] = []
  readonly #nodes: bigint[] = []
  readonly #buffers: bigint[] = []
  #length = 0

  constructor(rows: number) {
    this.#rows = rows
  }

  /** `codes`: those of the dictionary that was written, from the first row on. */
  column(column: WrittenColumn, first: number, codes: Int32Array | undefined): void {
    const rows = this.#rows
    const validity = column.validity && bitsFrom(column.validity, first, rows)
    const nulls = validity ? rows - countOnes(validity, rows) : 0
    this.#nodes.push(BigInt(rows), BigInt(nulls))
    this.#buffer(validity && nulls > 0 ? validity : padding.subarray(0, 0))
    if (codes) this.#buffer(codes)
    else if (column.bytes && column.offsets)
      this.#text(column.bytes, column.offsets.subarray(first, first + rows + 1))
    else if (column.dtype === 'bool')
      this.#buffer(packBits((column.values as Uint8Array).subarray(first, first + rows)))
    else this.#buffer((column.values as Float64Array).subarray(first, first + rows))
  }

  texts(texts: readonly string[]): void {
    const offsets = new Int32Array(texts.length + 1)
    for (const [i, each] of texts.entries()) offsets[i + 1] = (offsets[i] as number) + Buffer.byteLength(each)
    const bytes = Buffer.alloc(offsets[texts.length] as number)
    for (const [i, each] of texts.entries()) bytes.write(each, offsets[i] as number)
    this.#nodes.push(BigInt(texts.length), 0n)
    this.#buffer(padding.subarray(0, 0))
    this.#buffer(offsets)
    this.#buffer(bytes)
  }

  finish(): Body {
    const header = table(int64(this.#rows), part(structs(this.#nodes, 2)), part(structs(this.#buffers, 2)))
    return { header, parts: this.#parts, length: this.#length }
  }

  // Precondition: fewer than 2 GiB.
  #text(bytes: Uint8Array, offsets: Uint32Array | Float64Array): void {
    const base = offsets[0] ?? 0
    const positions = new Int32Array(offsets.length)
    for (let i = 0; i < offsets.length; i++) positions[i] = (offsets[i] as number) - base
    this.#buffer(positions)
    this.#buffer(bytes.subarray(base, offsets.at(-1)))
  }

  #buffer({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.#buffers.push(BigInt(this.#length), BigInt(byteLength))
    if (byteLength === 0) return
    const gap = -byteLength & 7
    this.#parts.push(new Uint8Array(buffer, byteOffset, byteLength))
    if (gap > 0) this.#parts.push(padding.subarray(0, gap))
    this.#length += byteLength + gap
  }
}

export const dictionaryPart = (column: number, { header }: Body, isDelta: boolean): Part =>
  table(int64(column), part(header), int8(isDelta ? 1 : 0))

function countOnes(bits: Uint8Array, rows: number): number {
  let ones = 0
  for (let row = 0; row < rows; row++) ones += isSet(bits, row) ? 1 : 0
  return ones
}

function packBits(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3)
  for (let row = 0; row < values.length; row++) {
    bits[row >> 3] = (bits[row >> 3] as number) | ((values[row] as number) << (row & 7))
  }
  return bits
}
