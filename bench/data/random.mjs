/**
 * Bob Jenkins's small fast counting generator (sfc32). It uses 32-bit integer arithmetic alone, so that a seed gives the
 * same file on every platform and every version of Node.
 */
export class Random {
  #a
  #b
  #c
  #counter

  /** @param {number} seed any 32-bit integer */
  constructor(seed) {
    this.#a = 0
    this.#b = seed | 0
    this.#c = 0x9e3779b9 | 0
    this.#counter = 1
    for (let round = 0; round < 15; round++) this.next()
  }

  /** @returns {number} the next 32 bits, as an unsigned integer */
  next() {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /**
   * @param {number} limit at most 2^31
   * @returns {number} an integer in [0, limit); its bias is below limit / 2^32
   */
  below(limit) {
    return Math.floor((this.next() * limit) / 4294967296)
  }
}
