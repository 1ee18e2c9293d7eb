/** CPython's `Pool.map` rule: `divmod(n, workers * 4)`, rounded up; 0 for nothing. */
export function pythonChunkSize(length: number, workers: number): number {
  return Math.ceil(length / (workers * 4))
}

// A chunk that travels in a message: long enough to pay for the message, short enough to balance.
const chunkMs = 3
const processChunkMs = 20

/** Sizes of the chunks of one map, by what the chunks so far took. */
export class ChunkSizer {
  readonly #fixed: number | undefined
  readonly #targetMs: number
  readonly #workers: number
  #size = 1
  #msAnItem: number | undefined

  constructor(fixed: number | undefined, workers: number, context: 'threads' | 'processes') {
    this.#fixed = fixed
    this.#workers = workers
    this.#targetMs = context === 'threads' ? chunkMs : processChunkMs
  }

  /** Items of the next chunk; `remaining` is Infinity when the input has no known end. */
  next(remaining: number): number {
    if (this.#fixed !== undefined) return this.#fixed
    return Math.max(1, Math.min(this.#size, Math.ceil(remaining / (2 * this.#workers))))
  }

  /** A chunk of `items` took that long. Grows at most fourfold. */
  took(items: number, ms: number): void {
    if (items === 0) return
    const now = ms / items
    this.#msAnItem = this.#msAnItem === undefined ? now : (this.#msAnItem + now) / 2
    const wanted = Math.floor(this.#targetMs / Math.max(this.#msAnItem, 1e-5))
    this.#size = Math.max(1, Math.min(wanted, this.#size * 4, 8_192))
  }
}
