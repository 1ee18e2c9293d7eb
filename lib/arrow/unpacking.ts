import { MillraceError } from '../core/errors.js'

const timesInput = 64
const least = 1e9

/**
 * How much more memory than the input what it unpacks to may take: compressed buffers, and texts that share their bytes,
 * can claim any number of gigabytes with a few bytes.
 */
export class Unpacking {
  readonly #limit: number | undefined
  #input = 0
  #used = 0

  constructor(limit: number | undefined) {
    this.#limit = limit
  }

  addInput(bytes: number): void {
    this.#input += bytes
  }

  /** Before the memory is taken. Throws ERR_MEMORY_LIMIT. */
  reserve(bytes: number, column: string): void {
    this.#used += bytes
    const limit = this.#limit ?? Math.max(least, timesInput * this.#input)
    if (this.#used <= limit) return
    throw new MillraceError(
      'ERR_MEMORY_LIMIT',
      `Arrow column ${JSON.stringify(column)} unpacks to ${bytes} bytes; in all ${limit} are allowed`,
      { column, hint: 'raise the option memoryLimit of fromArrow if the data is meant to be so large' },
    )
  }
}
