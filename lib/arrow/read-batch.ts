// A record batch: buffers of its body, found by position in the order of the schema.
import { decompress } from './compression.js'
import { damaged, unsupported } from './damage.js'
import { type FlatTable, toLength } from './flatbuffer.js'
import { type ArrowArray, type ArrowField, widthOf } from './types.js'
import type { Unpacking } from './unpacking.js'

interface Span {
  readonly offset: number
  readonly length: number
}

const empty = new Uint8Array(0)

/** For a number of nulls that the writer has not counted. */
const unknown = -1

/** Reads the columns of a batch one after the other. */
export class BatchReader {
  readonly rows: number
  readonly #body: Uint8Array
  readonly #unpacking: Unpacking
  readonly #nodes: readonly { rows: number; nulls: number }[]
  readonly #buffers: readonly Span[]
  readonly #variadic: readonly number[]
  readonly #codec: number | undefined
  #node = 0
  #buffer = 0
  #view = 0

  constructor(batch: FlatTable, body: Uint8Array, unpacking: Unpacking) {
    this.#unpacking = unpacking
    this.#body = body
    this.rows = batch.length(0)
    this.#nodes = batch.structs(1, 16, (view, at) => ({
      rows: toLength(view.getBigInt64(at, true)),
      nulls: Number(view.getBigInt64(at + 8, true)),
    }))
    this.#buffers = batch.structs(2, 16, (view, at) => ({
      offset: toLength(view.getBigInt64(at, true)),
      length: toLength(view.getBigInt64(at + 8, true)),
    }))
    const compression = batch.table(3)
    this.#codec = compression?.int8(0)
    this.#variadic = batch.structs(4, 8, (view, at) => toLength(view.getBigInt64(at, true)))
    if (compression && compression.int8(1) !== 0) {
      throw unsupported(
        'The Arrow data is compressed as a whole',
        'write it with its buffers compressed, or plain',
      )
    }
  }

  skip({ layout }: ArrowField): void {
    this.#node += layout.nodes
    this.#buffer += layout.buffers
    for (let i = 0; i < layout.variadic; i++) this.#buffer += this.#variadic[this.#view++] ?? 0
  }

  /** Precondition: not of a type `other`, unless of codes. */
  read(field: ArrowField): ArrowArray {
    const node = this.#nodes[this.#node++]
    if (!node || node.rows !== this.rows) {
      throw damaged(`${node?.rows ?? 'no'} rows in a batch of ${this.rows}`, field.name)
    }
    const { type, name } = field
    const { rows } = node
    if (type.kind === 'null' && !field.dictionary) return { rows, validity: null, values: empty }
    const validity = this.#validity(name, node)
    if (field.dictionary) {
      return { rows, validity, values: this.#exactly(name, rows * (field.dictionary.index.bits >> 3)) }
    }
    if (type.kind === 'utf8' || type.kind === 'largeUtf8') {
      const offsets = this.#offsets(name, type.kind === 'utf8' ? 4 : 8)
      return { rows, validity, values: empty, offsets, text: this.#next(name) }
    }
    const values = this.#exactly(name, type.kind === 'bool' ? Math.ceil(rows / 8) : rows * widthOf(type))
    if (type.kind !== 'utf8View') return { rows, validity, values }
    return { rows, validity, values, parts: this.#parts(name) }
  }

  #validity(name: string, { rows, nulls }: { rows: number; nulls: number }): Uint8Array | null {
    if (nulls < unknown || nulls > rows) throw damaged(`${nulls} nulls in ${rows} rows`, name)
    const { length } = this.#buffers[this.#buffer] ?? { length: 0 }
    if (nulls > 0 || (nulls === unknown && length > 0)) return this.#exactly(name, Math.ceil(rows / 8))
    this.#take(name)
    return null
  }

  // A column without rows may have no offsets at all.
  #offsets(name: string, width: number): Uint8Array {
    const bytes = this.#next(name)
    if (this.rows === 0 && bytes.length === 0) return new Uint8Array(width)
    return cut(name, bytes, (this.rows + 1) * width)
  }

  #parts(name: string): Uint8Array[] {
    const count = this.#variadic[this.#view++] ?? 0
    if (count > this.#buffers.length) throw damaged(`${count} buffers of text`, name)
    return Array.from({ length: count }, () => this.#next(name))
  }

  #exactly(name: string, bytes: number): Uint8Array {
    return cut(name, this.#next(name, bytes), bytes)
  }

  /** The next buffer, decompressed. `most`: what it is needed for has no use for more bytes. */
  #next(name: string, most?: number): Uint8Array {
    const { offset, length } = this.#take(name)
    const bytes = this.#body.subarray(offset, offset + length)
    return this.#codec === undefined ? bytes : decompress(bytes, this.#codec, name, this.#unpacking, most)
  }

  #take(name: string): Span {
    const span = this.#buffers[this.#buffer++]
    if (!span) throw damaged('fewer buffers than columns need', name)
    if (span.offset + span.length > this.#body.length)
      throw damaged('a buffer reaches past its message', name)
    return span
  }
}

function cut(name: string, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length < length) throw damaged(`${bytes.length} bytes where ${length} are needed`, name)
  return bytes.subarray(0, length)
}
