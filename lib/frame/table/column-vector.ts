// The run-time side of `ColumnData`; types and documentation are in `table-methods.ts`.
import { inspect } from 'node:util'
import type { DType } from '../../core/dtypes.js'
import type { ResultColumn } from '../../core/executor.js'
import { cellText } from '../display/text-grid.js'
import type { Reading } from '../schema-types.js'
import { jsonReader } from './json-values.js'
import type { ColumnData } from './table-methods.js'
import { TextValues } from './text-values.js'
import { type ValueReader, valueReader } from './value-readers.js'

export class ColumnVector implements ColumnData<any, Reading> {
  readonly name: string
  readonly dtype: DType
  readonly length: number
  readonly nullCount: number
  readonly validity: Uint8Array | null
  readonly codes: Int32Array | null
  readonly categories: readonly string[] | null
  readonly #data: ArrayBufferView
  readonly #text: TextValues | undefined
  /** The value of a slot that is not null. */
  readonly #read: ValueReader
  /** The value of a slot, null included; the reader itself when no slot is null. */
  readonly #readOrNull: ValueReader
  #values: unknown

  constructor(column: ResultColumn, length: number, reading: Reading) {
    this.name = column.name
    this.dtype = column.type as DType
    this.length = length
    this.nullCount = column.nullCount
    this.validity = column.nullCount > 0 ? column.validity : null
    this.#data = column.data
    this.codes = this.dtype === 'dict' ? (column.data as Int32Array) : null
    this.categories = this.codes ? Object.freeze([...(column.categories ?? [])]) : null
    this.#text =
      column.offsets && !this.codes ? new TextValues(column.data as Uint8Array, column.offsets) : undefined
    this.#read = this.#reader(reading)
    this.#readOrNull = this.#nullReader()
    Object.freeze(this)
  }

  get values(): any {
    this.#values ??= this.#makeValues()
    return this.#values
  }

  get bytes(): Uint8Array | null {
    return this.#text?.bytes ?? null
  }

  get offsets(): Uint32Array | Float64Array | null {
    return this.#text?.offsets ?? null
  }

  get(row: number): any {
    return row >= 0 && row < this.length && Number.isInteger(row) ? this.#readOrNull(row) : undefined
  }

  at(row: number): any {
    return this.get(row < 0 ? row + this.length : row)
  }

  isValid(row: number): boolean {
    if (!(row >= 0 && row < this.length)) return false
    return !this.validity || bitAt(this.validity, row)
  }

  toArray(): any[] {
    const values = new Array<unknown>(this.length)
    const read = this.#bulkReader()
    for (let row = 0; row < this.length; row++) values[row] = read(row)
    return values
  }

  toJSON(): unknown[] {
    const values = new Array<unknown>(this.length)
    const read = this.jsonValue()
    for (let row = 0; row < this.length; row++) values[row] = read(row)
    return values
  }

  /** Reads any row, null included, decoding text one by one. */
  rowReader(): ValueReader {
    return this.#readOrNull
  }

  /** Reads rows as JSON can hold them. */
  jsonValue(): ValueReader {
    const read = this.#text ? this.#bulkReader() : jsonReader(this.dtype, this.#data, this.#read)
    const { validity } = this
    return validity ? row => (bitAt(validity, row) ? read(row) : null) : read
  }

  /** Reads rows that are not null as exact text: all digits of integers and floats, ISO dates. `all` rows, or a few. */
  plainText(all: boolean): (row: number) => string {
    const text = this.#text
    if (text) {
      if (all) text.all()
      return row => text.at(row)
    }
    const exact = this.codes
      ? this.#read
      : valueReader(this.name, this.dtype, this.#data, { int64: 'string', dates: 'iso' })
    // String(-0) is '0'. With its decimal, as pandas and Polars write it, it also reads back where types are guessed.
    if (this.dtype === 'float64' || this.dtype === 'float32') {
      return row => {
        const value = exact(row)
        return value === 0 && Object.is(value, -0) ? '-0.0' : String(value)
      }
    }
    return row => String(exact(row))
  }

  *[Symbol.iterator](): IterableIterator<any> {
    const read = this.#bulkReader()
    for (let row = 0; row < this.length; row++) yield read(row)
  }

  [inspect.custom](): string {
    const text = this.plainText(false)
    const cell = (row: number) => (this.isValid(row) ? cellText(text(row)) : 'null')
    const shown = Array.from({ length: Math.min(this.length, 5) }, (_, row) => cell(row))
    const more = this.length > 5 ? ', ...' : ''
    return `ColumnData ${JSON.stringify(this.name)} ${this.dtype}, ${this.length} rows [${shown.join(', ')}${more}]`
  }

  #reader(reading: Reading): ValueReader {
    const { codes, categories } = this
    if (codes && categories) return row => categories[codes[row] as number]
    const text = this.#text
    return text ? row => text.at(row) : valueReader(this.name, this.dtype, this.#data, reading)
  }

  #nullReader(): ValueReader {
    const { validity } = this
    const read = this.#read
    return validity ? row => (bitAt(validity, row) ? read(row) : null) : read
  }

  // Reading every row pays for decoding all text at once.
  #bulkReader(): ValueReader {
    if (!this.#text) return this.#readOrNull
    const strings = this.#text.all()
    const { validity } = this
    return validity ? row => (bitAt(validity, row) ? strings[row] : null) : row => strings[row]
  }

  #makeValues(): unknown {
    if (this.#text) return this.#text.all()
    const { codes, categories } = this
    if (codes && categories)
      return Object.freeze(Array.from(codes, (code, row) => (this.isValid(row) ? categories[code] : '')))
    return this.#data
  }
}

const bitAt = (bits: Uint8Array, row: number): boolean =>
  (((bits[row >> 3] as number) >> (row & 7)) & 1) === 1
