import type { SharedColumn } from '../../core/column-functions.js'

type Numbers = Float64Array | BigInt64Array

/** A run of rows of a column, as functions over batches see it. Nothing is copied or decoded before it is asked for. */
export class BatchColumn {
  readonly #column: SharedColumn
  readonly #from: number
  #values: unknown
  #nullCount: number | undefined
  readonly length: number

  constructor(column: SharedColumn, from: number, length: number) {
    this.#column = column
    this.#from = from
    this.length = length
  }

  get name(): string {
    return this.#column.name
  }

  get type(): string {
    return this.#column.type
  }

  get values(): unknown {
    this.#values ??= this.#read()
    return this.#values
  }

  get validity(): Uint8Array | null {
    const { validity } = this.#column
    return validity && alignedBits(validity, this.#from, this.length)
  }

  get nullCount(): number {
    if (this.#nullCount === undefined) {
      this.#nullCount = 0
      if (this.#column.validity)
        for (let row = 0; row < this.length; row++) if (this.isNull(row)) this.#nullCount++
    }
    return this.#nullCount
  }

  isNull(row: number): boolean {
    const { validity } = this.#column
    if (!validity) return false
    const at = this.#from + row
    return (((validity[at >> 3] as number) >> (at & 7)) & 1) === 0
  }

  #read(): unknown {
    const { data, offsets, categories } = this.#column
    const to = this.#from + this.length
    if (categories) {
      const codes = data as unknown as Numbers
      return this.#texts(row => categories[codes[row] as number] as string)
    }
    if (!offsets) return (data as Float64Array).subarray(this.#from, to)
    const bytes = data as unknown as Uint8Array
    // A decoder refuses shared memory, and a Buffer over it does not.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const base = offsets[0] as number
    return this.#texts(row =>
      text.toString('utf8', (offsets[row] as number) - base, (offsets[row + 1] as number) - base),
    )
  }

  #texts(textAt: (row: number) => string): (string | null)[] {
    const texts: (string | null)[] = new Array(this.length)
    for (let row = 0; row < this.length; row++)
      texts[row] = this.isNull(row) ? null : textAt(this.#from + row)
    return texts
  }
}

/** The bits of the rows, the first row in bit 0; a view where they begin at a byte. */
export function alignedBits(bits: Uint8Array, from: number, length: number): Uint8Array {
  const first = from >> 3
  const shift = from & 7
  const bytes = (length + 7) >> 3
  if (shift === 0) return bits.subarray(first, first + bytes)
  const aligned = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i++)
    aligned[i] = ((bits[first + i] as number) >> shift) | ((bits[first + i + 1] ?? 0) << (8 - shift))
  return aligned
}
