import { BatchMemory } from './batch-memory.js'

/**
 * How many calls may be under way, and how much memory their batches and what they gave may take until the engine has
 * read it. One call always goes on. Memory that has been read is written again.
 */
export class BatchRoom {
  /** What batches are in. */
  readonly batches = new BatchMemory()
  /** What functions gave is in. */
  readonly results = new BatchMemory()
  readonly #most: number
  readonly #limit: number | undefined
  #calls = 0
  #running = 0
  // Of results in memory that nobody writes again.
  #otherBytes = 0
  // Of the result of one call, so far.
  #largestResult: number | undefined
  #wake: () => void = () => {}

  /** `most` calls at work; as many more may have given what is still to be read. `limit` in bytes. */
  constructor(most: number, limit: number | undefined) {
    this.#most = most
    this.#limit = limit
  }

  /** Bytes of batches, and of results that have not been read. */
  get bytes(): number {
    return this.batches.bytes + this.results.bytes + this.#otherBytes
  }

  /** Waits until a call with a batch of so many bytes may begin. One caller at a time. */
  async enter(bytes: number): Promise<void> {
    while (this.#calls > 0 && !this.#fits(bytes)) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    if (this.#calls === 0 && !this.#fits(bytes)) {
      this.batches.dropSpare()
      this.results.dropSpare()
    }
    this.#calls++
    this.#running++
  }

  /** Memory for what a call will give; none before it is known how much that is. */
  takeForResult(): SharedArrayBuffer | undefined {
    return this.#largestResult ? this.results.take(this.#largestResult) : undefined
  }

  /** A call has given so many bytes, so many of them outside the memory that was taken for it. */
  gave(bytes: number, otherBytes: number): void {
    this.#running--
    this.#otherBytes += otherBytes
    this.#largestResult = Math.max(this.#largestResult ?? 0, bytes)
    this.#wake()
  }

  /** What the call gave has been read. */
  leave(otherBytes: number): void {
    this.#calls--
    this.#otherBytes -= otherBytes
    this.#wake()
  }

  #fits(bytes: number): boolean {
    if (this.#running >= this.#most || this.#calls >= 2 * this.#most) return false
    if (this.#limit === undefined) return true
    // The first call shows what to expect.
    if (this.#largestResult === undefined) return false
    const more = this.batches.neededFor(bytes) + this.results.neededFor(this.#largestResult)
    return this.bytes + more <= this.#limit
  }
}
