const DASH = 45
const FIRST_YEAR = 1900
const YEARS = 200

/** A hash table from the bytes of a key to 0, 1, 2, ... in order of first appearance; it makes no string per row. */
export class TextKeys {
  size = 0
  #slots = new Int32Array(4096).fill(-1)
  /** Hash, start and end of every key. */
  #keys = new Int32Array(1024 * 3)
  #bytes = Buffer.alloc(65536)
  #used = 0

  /**
   * @param {Buffer} buffer
   * @param {number} start
   * @param {number} end
   */
  indexOf(buffer, start, end) {
    let hash = 0x811c9dc5 | 0
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ buffer[at], 0x01000193)
    hash ^= hash >>> 15
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]
      if (index < 0) return this.#insert(buffer, start, end, hash, slot)
      if (this.#keys[index * 3] === hash && this.#equals(index, buffer, start, end)) return index
    }
  }

  /** @returns {string[]} the keys in the order of their indexes */
  texts() {
    return Array.from({ length: this.size }, (_, i) => {
      return this.#bytes.toString('utf8', this.#keys[i * 3 + 1], this.#keys[i * 3 + 2])
    })
  }

  /**
   * @param {number} index
   * @param {Buffer} buffer
   * @param {number} start
   * @param {number} end
   */
  #equals(index, buffer, start, end) {
    const bytes = this.#bytes
    let mine = this.#keys[index * 3 + 1]
    if (this.#keys[index * 3 + 2] - mine !== end - start) return false
    for (let at = start; at < end; at++) {
      if (bytes[mine++] !== buffer[at]) return false
    }
    return true
  }

  /**
   * @param {Buffer} buffer
   * @param {number} start
   * @param {number} end
   * @param {number} hash
   * @param {number} slot
   */
  #insert(buffer, start, end, hash, slot) {
    const index = this.size++
    if (this.size * 3 > this.#keys.length) {
      const keys = new Int32Array(this.#keys.length * 2)
      keys.set(this.#keys)
      this.#keys = keys
    }
    const next = this.#used + end - start
    if (next > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(next)])
    buffer.copy(this.#bytes, this.#used, start, end)
    this.#keys[index * 3] = hash
    this.#keys[index * 3 + 1] = this.#used
    this.#keys[index * 3 + 2] = next
    this.#used = next
    this.#slots[slot] = index
    if (this.size * 2 > this.#slots.length) this.#rehash()
    return index
  }

  #rehash() {
    const mask = this.#slots.length * 2 - 1
    this.#slots = new Int32Array(mask + 1).fill(-1)
    for (let index = 0; index < this.size; index++) {
      let slot = this.#keys[index * 3] & mask
      while (this.#slots[slot] >= 0) slot = (slot + 1) & mask
      this.#slots[slot] = index
    }
  }
}

/** ISO days of 1900 to 2099, found by their digits in a plain table. Any other text is an error. */
export class DayKeys {
  size = 0
  #indexes = new Int32Array(YEARS * 12 * 31).fill(-1)
  /** @type {string[]} */
  #texts = []

  /**
   * @param {Buffer} buffer
   * @param {number} start
   * @param {number} end
   */
  indexOf(buffer, start, end) {
    const year =
      (buffer[start] * 10 + buffer[start + 1]) * 100 + buffer[start + 2] * 10 + buffer[start + 3] - 53328
    const month = buffer[start + 5] * 10 + buffer[start + 6] - 528
    const day = buffer[start + 8] * 10 + buffer[start + 9] - 528
    const slot = ((year - FIRST_YEAR) * 12 + month - 1) * 31 + day - 1
    const index = this.#indexes[slot]
    if (index >= 0) return index
    if (
      end - start !== 10 ||
      buffer[start + 4] !== DASH ||
      buffer[start + 7] !== DASH ||
      index === undefined
    ) {
      throw new Error(`not an ISO day of 1900 to 2099: ${buffer.toString('utf8', start, end)}`)
    }
    this.#indexes[slot] = this.size
    this.#texts.push(buffer.toString('latin1', start, end))
    return this.size++
  }

  texts() {
    return this.#texts
  }
}
