import { Buffer, isAscii } from 'node:buffer'

// A string longer than V8 allows (2^29 - 24 characters) cannot be made whole.
const mostWhole = 2 ** 28

/**
 * Strings that lie end to end as UTF-8. Decoded when asked for: one by one, or all at once, and then kept. When all
 * bytes are ASCII one string is made of everything and cut by position, which is many times faster than decoding each.
 */
export class TextValues {
  readonly bytes: Uint8Array
  readonly offsets: Uint32Array | Float64Array
  readonly #buffer: Buffer
  #decoded: readonly string[] | undefined

  constructor(bytes: Uint8Array, offsets: Uint32Array | Float64Array) {
    this.bytes = bytes
    this.offsets = offsets
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Precondition: 0 <= row < length. */
  at(row: number): string {
    if (this.#decoded) return this.#decoded[row] as string
    return this.#buffer.toString('utf8', this.offsets[row], this.offsets[row + 1])
  }

  /** All strings; kept, so not to be changed. */
  all(): readonly string[] {
    this.#decoded ??= Object.freeze(this.#decodeAll())
    return this.#decoded
  }

  #decodeAll(): string[] {
    const { offsets } = this
    const count = Math.max(offsets.length - 1, 0)
    const strings = new Array<string>(count)
    if (this.bytes.length <= mostWhole && isAscii(this.bytes)) {
      const whole = this.#buffer.toString('latin1', 0, this.bytes.length)
      for (let row = 0; row < count; row++)
        strings[row] = whole.substring(offsets[row] as number, offsets[row + 1] as number)
    } else {
      for (let row = 0; row < count; row++)
        strings[row] = this.#buffer.toString('utf8', offsets[row], offsets[row + 1])
    }
    return strings
  }
}
