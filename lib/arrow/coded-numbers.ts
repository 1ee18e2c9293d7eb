// Columns whose codes mean numbers, dates or bools: looked up here, as the engine has codes for text alone.
import { isSet } from './bits.js'
import { damaged } from './damage.js'
import { indicesOf } from './indices.js'
import type { ArrowArray, DictionaryValues, IndexType } from './types.js'

/** Values in the form that the engine takes. */
export interface Converted {
  readonly data: ArrayBufferView
  readonly validity?: Uint8Array | null
}

interface Value {
  readonly bytes: Uint8Array
  readonly at: number
}

export class CodedNumbers {
  readonly #name: string
  readonly #index: IndexType
  readonly #convert: (values: ArrowArray) => Converted
  /** By dictionary: the value of each code, null for a null. */
  readonly #values = new WeakMap<DictionaryValues, { parts: number; values: (Value | null)[] }>()

  constructor(name: string, index: IndexType, convert: (values: ArrowArray) => Converted) {
    this.#name = name
    this.#index = index
    this.#convert = convert
  }

  /** `width`: bytes of a value. */
  lookUp(
    { rows, values, validity, dictionary }: ArrowArray,
    width: number,
  ): { data: Uint8Array; validity: Uint8Array } {
    const meant = this.#valuesOf(dictionary as DictionaryValues, width)
    const indices = indicesOf(values, this.#index)
    const data = new Uint8Array(rows * width)
    const present = new Uint8Array((rows + 7) >> 3)
    for (let row = 0; row < rows; row++) {
      if (validity && !isSet(validity, row)) continue
      const value = meant[Number(indices[row])]
      if (value === undefined) throw damaged(`row ${row} has a code outside its dictionary`, this.#name)
      if (value === null) continue
      for (let i = 0; i < width; i++) data[row * width + i] = value.bytes[value.at + i] as number
      present[row >> 3] = (present[row >> 3] as number) | (1 << (row & 7))
    }
    return { data, validity: present }
  }

  #valuesOf(dictionary: DictionaryValues, width: number): (Value | null)[] {
    let known = this.#values.get(dictionary)
    if (!known) {
      known = { parts: 0, values: [] }
      this.#values.set(dictionary, known)
    }
    for (; known.parts < dictionary.numbers.length; known.parts++) {
      const part = dictionary.numbers[known.parts] as ArrowArray
      const { data, validity } = this.#convert(part)
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      for (let i = 0; i < part.rows; i++) {
        known.values.push(validity && !isSet(validity, i) ? null : { bytes, at: i * width })
      }
    }
    return known.values
  }
}
