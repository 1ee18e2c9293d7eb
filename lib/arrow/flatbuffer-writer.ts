// Writing flatbuffers forwards: a table, then what it points to, whose offsets are filled in as it gets its place.
const encoder = new TextEncoder()

/** Writes something at the end of the buffer and gives its position. */
export type Part = (writer: FlatWriter) => number

export type FlatField =
  | { readonly bytes: 1 | 2 | 4; readonly value: number }
  | { readonly bytes: 8; readonly value: bigint }
  | { readonly bytes: 4; readonly part: Part }

export const int8 = (value: number): FlatField => ({ bytes: 1, value })
export const int16 = (value: number): FlatField => ({ bytes: 2, value })
export const int32 = (value: number): FlatField => ({ bytes: 4, value })
export const int64 = (value: number | bigint): FlatField => ({ bytes: 8, value: BigInt(value) })
export const bool = (value: boolean): FlatField => int8(value ? 1 : 0)
export const part = (write: Part): FlatField => ({ bytes: 4, part: write })

/** Fields by their number; undefined ones are absent. */
export const table =
  (...fields: readonly (FlatField | undefined)[]): Part =>
  writer =>
    writer.table(fields)

export const text =
  (value: string): Part =>
  writer =>
    writer.text(value)

export const vector =
  (items: readonly Part[]): Part =>
  writer =>
    writer.vector(items)

/** Structs of whole 8-byte words. */
export const structs =
  (words: readonly bigint[], wordsEach: number): Part =>
  writer =>
    writer.structs(words, wordsEach)

export class FlatWriter {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  #size = 0

  /** A whole buffer, padded to a multiple of 8 bytes. */
  static write(root: Part): Uint8Array {
    const writer = new FlatWriter()
    const at = writer.#reserve(4, 4)
    writer.#point(at, root)
    writer.#reserve(0, 8)
    return writer.#bytes.slice(0, writer.#size)
  }

  table(fields: readonly (FlatField | undefined)[]): number {
    const { offsets, size } = layOut(fields)
    const vtable = this.#reserve(4 + 2 * fields.length, 2)
    const at = this.#reserve(size, 8)
    this.#view.setUint16(vtable, 4 + 2 * fields.length, true)
    this.#view.setUint16(vtable + 2, size, true)
    this.#view.setInt32(at, at - vtable, true)
    for (const [i, field] of fields.entries()) {
      const offset = offsets[i] as number
      this.#view.setUint16(vtable + 4 + 2 * i, offset, true)
      if (field && !('part' in field)) this.#number(at + offset, field)
    }
    for (const [i, field] of fields.entries())
      if (field && 'part' in field) this.#point(at + (offsets[i] as number), field.part)
    return at
  }

  text(value: string): number {
    const bytes = encoder.encode(value)
    const at = this.#reserve(4 + bytes.length + 1, 4)
    this.#view.setUint32(at, bytes.length, true)
    this.#bytes.set(bytes, at + 4)
    return at
  }

  vector(items: readonly Part[]): number {
    const at = this.#reserve(4 + 4 * items.length, 4)
    this.#view.setUint32(at, items.length, true)
    for (const [i, item] of items.entries()) this.#point(at + 4 + 4 * i, item)
    return at
  }

  structs(words: readonly bigint[], wordsEach: number): number {
    // The structs are aligned, the count stands before them.
    this.#reserve(0, 8)
    const at = this.#reserve(8 + 8 * words.length, 8) + 4
    this.#view.setUint32(at, words.length / wordsEach, true)
    for (const [i, word] of words.entries()) this.#view.setBigInt64(at + 4 + 8 * i, word, true)
    return at
  }

  #number(at: number, { bytes, value }: Exclude<FlatField, { part: Part }>): void {
    if (bytes === 1) this.#view.setInt8(at, value)
    else if (bytes === 2) this.#view.setInt16(at, value, true)
    else if (bytes === 4) this.#view.setInt32(at, value, true)
    else this.#view.setBigInt64(at, BigInt(value), true)
  }

  #point(at: number, write: Part): void {
    const target = write(this)
    this.#view.setUint32(at, target - at, true)
  }

  /** Zeros at the end, at a multiple of `alignment`. */
  #reserve(bytes: number, alignment: number): number {
    const at = Math.ceil(this.#size / alignment) * alignment
    this.#size = at + bytes
    if (this.#size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#size, this.#bytes.length * 2))
      grown.set(this.#bytes)
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    return at
  }
}

/** Where each field lies in its table, 0 for absent ones; the widest first, so that all are aligned. */
function layOut(fields: readonly (FlatField | undefined)[]): { offsets: number[]; size: number } {
  const offsets = new Array<number>(fields.length).fill(0)
  let size = 4
  for (const width of [8, 4, 2, 1]) {
    for (const [i, field] of fields.entries()) {
      if (field?.bytes !== width) continue
      size = Math.ceil(size / width) * width
      offsets[i] = size
      size += width
    }
  }
  return { offsets, size }
}
