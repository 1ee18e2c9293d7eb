// Reading flatbuffers, the encoding of Arrow's metadata: tables whose fields are found through a table of offsets, all
// relative and all from outside. A DataView throws RangeError for whatever lies outside the buffer; see `guarded`.
import { damaged } from './damage.js'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class FlatTable {
  readonly #view: DataView
  readonly #at: number
  readonly #fields: number
  readonly #fieldsEnd: number

  private constructor(view: DataView, at: number) {
    this.#view = view
    this.#at = at
    this.#fields = at - view.getInt32(at, true)
    this.#fieldsEnd = this.#fields + view.getUint16(this.#fields, true)
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true))
  }

  /** Bytes of the whole buffer: a bound for how many of anything it holds. */
  get size(): number {
    return this.#view.byteLength
  }

  int8(field: number, absent = 0): number {
    const at = this.#find(field)
    return at < 0 ? absent : this.#view.getInt8(at)
  }

  bool(field: number): boolean {
    return this.int8(field) !== 0
  }

  int16(field: number, absent = 0): number {
    const at = this.#find(field)
    return at < 0 ? absent : this.#view.getInt16(at, true)
  }

  int32(field: number, absent = 0): number {
    const at = this.#find(field)
    return at < 0 ? absent : this.#view.getInt32(at, true)
  }

  bigint(field: number): bigint {
    const at = this.#find(field)
    return at < 0 ? 0n : this.#view.getBigInt64(at, true)
  }

  /** A count or a position. */
  length(field: number): number {
    return toLength(this.bigint(field))
  }

  text(field: number): string | undefined {
    const vector = this.#vector(field, 1)
    if (!vector) return undefined
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + vector.at, vector.count)
    try {
      return utf8.decode(bytes)
    } catch {
      throw damaged('a name is not valid UTF-8')
    }
  }

  table(field: number): FlatTable | undefined {
    const at = this.#find(field)
    return at < 0 ? undefined : new FlatTable(this.#view, this.#follow(at))
  }

  tables(field: number): FlatTable[] {
    const vector = this.#vector(field, 4)
    return Array.from({ length: vector?.count ?? 0 }, (_, i) => {
      return new FlatTable(this.#view, this.#follow((vector as Vector).at + 4 * i))
    })
  }

  /** A vector of structs: `read` gets the view and the position of each. */
  structs<T>(field: number, size: number, read: (view: DataView, at: number) => T): T[] {
    const vector = this.#vector(field, size)
    return Array.from({ length: vector?.count ?? 0 }, (_, i) =>
      read(this.#view, (vector as Vector).at + size * i),
    )
  }

  #find(field: number): number {
    const entry = this.#fields + 4 + 2 * field
    if (entry + 2 > this.#fieldsEnd) return -1
    const offset = this.#view.getUint16(entry, true)
    return offset === 0 ? -1 : this.#at + offset
  }

  // Offsets lead onwards, so that nothing contains itself.
  #follow(at: number): number {
    const offset = this.#view.getUint32(at, true)
    if (offset === 0) throw damaged('the metadata contains itself')
    return at + offset
  }

  #vector(field: number, size: number): Vector | undefined {
    const found = this.#find(field)
    if (found < 0) return undefined
    const at = this.#follow(found)
    const count = this.#view.getUint32(at, true)
    if (count * size > this.#view.byteLength - at - 4) throw damaged('the metadata points past its end')
    return { at: at + 4, count }
  }
}

interface Vector {
  readonly at: number
  readonly count: number
}

export function toLength(value: bigint): number {
  const length = Number(value)
  if (length < 0 || !Number.isSafeInteger(length)) throw damaged(`a length of ${value}`)
  return length
}
