// The texts of a column, each as often as it has to be looked at: once a category of a dict column, once a text where a
// sample says that texts repeat, else once a row. Imports nothing but its neighbours, as all of a worker's program.
import type { SharedColumn } from '../../core/column-functions.js'

export interface Texts {
  /** Null for rows without one. */
  readonly texts: readonly (string | null)[]
  /** By row, which of the texts it has; undefined where every row has its own. */
  readonly codes: Uint32Array | undefined
  /** By text, what the caller knows it by: a row, or a category; undefined where that is its position. */
  readonly places: Uint32Array | undefined
}

// A sample this large shows whether texts repeat; below it there is little to win.
const sampledRows = 256
// Crafted texts that all have one hash must not cost more than looking at every text.
const mostProbes = 16

export function textsOf(column: SharedColumn, rows: number): Texts {
  if (column.categories) return ofCategories(column, column.categories, rows)
  const reader = new TextReader(column)
  const distinct = repeats(reader, rows) ? distinctRows(reader, rows) : undefined
  if (!distinct) {
    const texts: (string | null)[] = new Array(rows)
    for (let row = 0; row < rows; row++) texts[row] = reader.textAt(row)
    return { texts, codes: undefined, places: undefined }
  }
  return { ...distinct, texts: Array.from(distinct.places, row => reader.textAt(row)) }
}

function ofCategories({ data, validity }: SharedColumn, categories: readonly string[], rows: number): Texts {
  const codes = Uint32Array.from(data as unknown as Int32Array)
  if (validity)
    for (let row = 0; row < rows; row++)
      if ((((validity[row >> 3] as number) >> (row & 7)) & 1) === 0) codes[row] = 0
  return { texts: categories, codes, places: undefined }
}

class TextReader {
  readonly bytes: Uint8Array
  readonly #offsets: Uint32Array | Float64Array
  readonly #validity: Uint8Array | null
  readonly #base: number
  readonly #buffer: Buffer
  /** All texts end to end when they are ASCII: pieces of it cost nothing to decode. */
  readonly #ascii: string | undefined

  constructor({ data, offsets, validity }: SharedColumn) {
    this.bytes = data as Uint8Array
    this.#offsets = offsets as Uint32Array
    this.#base = this.#offsets[0] as number
    this.#validity = validity
    // A decoder refuses shared memory, and a Buffer over it does not.
    this.#buffer = Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
    this.#ascii = isAscii(this.bytes) ? this.#buffer.toString('latin1') : undefined
  }

  isNull(row: number): boolean {
    return this.#validity !== null && (((this.#validity[row >> 3] as number) >> (row & 7)) & 1) === 0
  }

  from(row: number): number {
    return (this.#offsets[row] as number) - this.#base
  }

  textAt(row: number): string | null {
    if (this.isNull(row)) return null
    const from = this.from(row)
    const to = this.from(row + 1)
    return this.#ascii === undefined
      ? this.#buffer.toString('utf8', from, to)
      : this.#ascii.substring(from, to)
  }
}

// A decoded text of more than this cannot be.
const longestString = 2 ** 29 - 24

function isAscii(bytes: Uint8Array): boolean {
  if (bytes.length > longestString) return false
  let all = 0
  for (let i = 0; i < bytes.length; i++) all |= bytes[i] as number
  return all < 128
}

/** Whether rows spread over the column have at most half as many texts. */
function repeats(reader: TextReader, rows: number): boolean {
  if (rows < sampledRows) return false
  const seen = new Set<string | null>()
  for (let i = 0; i < sampledRows; i++) seen.add(reader.textAt(Math.floor((i * rows) / sampledRows)))
  return seen.size <= sampledRows / 2
}

/** Undefined when it would take long, because too many different texts look alike. */
function distinctRows(
  reader: TextReader,
  rows: number,
): { codes: Uint32Array; places: Uint32Array } | undefined {
  const { bytes } = reader
  const codes = new Uint32Array(rows)
  const places: number[] = []
  const mask = 2 ** Math.ceil(Math.log2(2 * rows)) - 1
  const slots = new Uint32Array(mask + 1)
  let probes = mostProbes * rows
  for (let row = 0; row < rows; row++) {
    const from = reader.from(row)
    const to = reader.isNull(row) ? from : reader.from(row + 1)
    let hash = (to - from) ^ 0x2545f491
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const code = slots[slot] as number
      if (code === 0) {
        slots[slot] = places.push(row)
        codes[row] = places.length - 1
        break
      }
      if (--probes < 0) return undefined
      if (isSame(reader, places[code - 1] as number, row)) {
        codes[row] = code - 1
        break
      }
    }
  }
  return { codes, places: Uint32Array.from(places) }
}

function isSame(reader: TextReader, a: number, b: number): boolean {
  if (reader.isNull(a) || reader.isNull(b)) return reader.isNull(a) && reader.isNull(b)
  const { bytes } = reader
  const [from, start] = [reader.from(a), reader.from(b)]
  const length = reader.from(a + 1) - from
  if (reader.from(b + 1) - start !== length) return false
  for (let i = 0; i < length; i++) if (bytes[from + i] !== bytes[start + i]) return false
  return true
}
