// Codes of a dictionary column. Arrow's dictionaries may change from batch to batch, grow, or name a text twice; the
// engine's has each text once, for all batches.
import { Buffer } from 'node:buffer'
import type { NativeTexts } from '../native.js'
import { isSet } from './bits.js'
import { damaged } from './damage.js'
import { indicesOf } from './indices.js'
import type { ArrowArray, DictionaryValues, IndexType } from './types.js'

/** In place of a code, for a null in the dictionary. */
const missing = -1

export class CategoryCodes {
  readonly #name: string
  readonly #index: IndexType
  readonly #texts: string[] = []
  readonly #codes = new Map<string, number>()
  /** By dictionary: what its codes are here. */
  readonly #translations = new WeakMap<DictionaryValues, number[]>()

  constructor(name: string, index: IndexType) {
    this.#name = name
    this.#index = index
  }

  codesOf({ rows, values, validity, dictionary }: ArrowArray): {
    codes: Uint32Array
    validity: Uint8Array | null
  } {
    const translation = this.#translationOf(dictionary as DictionaryValues)
    const indices = indicesOf(values, this.#index)
    const codes = new Uint32Array(rows)
    let bits = validity
    for (let row = 0; row < rows; row++) {
      if (validity && !isSet(validity, row)) continue
      const code = translation[Number(indices[row])]
      if (code === undefined) throw damaged(`row ${row} has a code outside its dictionary`, this.#name)
      if (code !== missing) {
        codes[row] = code
        continue
      }
      if (bits === validity) bits = validity ? validity.slice() : new Uint8Array((rows + 7) >> 3).fill(255)
      bits![row >> 3] = (bits![row >> 3] as number) & ~(1 << (row & 7))
    }
    return { codes, validity: bits }
  }

  /** The distinct texts of all batches so far. */
  texts(): NativeTexts {
    const offsets = new Uint32Array(this.#texts.length + 1)
    let bytes = 0
    for (const [i, text] of this.#texts.entries()) {
      bytes += Buffer.byteLength(text)
      if (bytes > 0xffffffff) throw damaged('more than 4 GB of text in a dictionary', this.#name)
      offsets[i + 1] = bytes
    }
    const data = Buffer.allocUnsafe(bytes)
    for (const [i, text] of this.#texts.entries()) data.write(text, offsets[i] as number)
    return { data, offsets }
  }

  #translationOf(dictionary: DictionaryValues): number[] {
    let known = this.#translations.get(dictionary)
    if (!known) {
      known = []
      this.#translations.set(dictionary, known)
    }
    for (let i = known.length; i < dictionary.texts.length; i++) {
      known.push(this.#codeOf(dictionary.texts[i] as string | null))
    }
    return known
  }

  #codeOf(text: string | null): number {
    if (text === null) return missing
    let code = this.#codes.get(text)
    if (code === undefined) {
      code = this.#texts.push(text) - 1
      this.#codes.set(text, code)
    }
    return code
  }
}
