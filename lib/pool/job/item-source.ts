import type { UnitItems } from '../worker/protocol.js'
import { sliceItems } from './chunked-job.js'

/** The input of a map, a piece at a time. */
export interface ItemSource {
  /** Undefined when it is not known. */
  readonly length: number | undefined
  /** Nothing comes any more. */
  readonly ended: boolean
  /** What ended it early. */
  readonly error: { readonly reason: unknown } | undefined
  /** Called when more has come, or the end. */
  onChange: () => void
  /** At most `items` of them, in order; undefined when there are none now. May throw what the input throws. */
  take(items: number): UnitItems | undefined
  /** Nothing is wanted any more. */
  close(): void
}

const nothing = (): void => {}

/** Arrays, typed arrays and ranges. */
export class ListSource implements ItemSource {
  readonly length: number
  readonly error = undefined
  onChange = nothing
  readonly #items: UnitItems
  #next = 0

  constructor(items: UnitItems) {
    this.#items = items
    this.length = items.length
  }

  get ended(): boolean {
    return this.#next >= this.length
  }

  take(items: number): UnitItems | undefined {
    const from = this.#next
    if (from >= this.length) return undefined
    this.#next = Math.min(from + items, this.length)
    return sliceItems(this.#items, from, this.#next)
  }

  close(): void {
    this.#next = this.length
  }
}

/** Pulled as workers need items, never ahead. */
export class IterableSource implements ItemSource {
  readonly length = undefined
  readonly error = undefined
  ended = false
  onChange = nothing
  readonly #iterator: Iterator<unknown>

  constructor(items: Iterable<unknown>) {
    this.#iterator = items[Symbol.iterator]()
  }

  take(items: number): UnitItems | undefined {
    const taken: unknown[] = []
    while (taken.length < items && !this.ended) {
      const { done, value } = this.#iterator.next()
      if (done) this.ended = true
      else taken.push(value)
    }
    return taken.length > 0 ? taken : undefined
  }

  close(): void {
    if (this.ended) return
    this.ended = true
    this.#iterator.return?.()
  }
}

/** Pulled one item ahead of need, up to a chunk: the pool decides how much it wants. */
export class AsyncSource implements ItemSource {
  readonly length = undefined
  error: { reason: unknown } | undefined
  onChange = nothing
  readonly #iterator: AsyncIterator<unknown>
  #buffer: unknown[] = []
  #wanted = 1
  #pulling = false
  #finished = false

  constructor(items: AsyncIterable<unknown>) {
    this.#iterator = items[Symbol.asyncIterator]()
  }

  get ended(): boolean {
    return this.#finished && this.#buffer.length === 0
  }

  take(items: number): UnitItems | undefined {
    this.#wanted = items
    const taken = this.#buffer.splice(0, items)
    this.#pull()
    return taken.length > 0 ? taken : undefined
  }

  async #pull(): Promise<void> {
    if (this.#pulling || this.#finished) return
    this.#pulling = true
    try {
      while (!this.#finished && this.#buffer.length < this.#wanted) {
        const { done, value } = await this.#iterator.next()
        if (done) this.#finished = true
        else if (!this.#finished) this.#buffer.push(value)
        if (this.#buffer.length === 1 || done) this.onChange()
      }
    } catch (reason) {
      this.#finished = true
      this.#buffer = []
      this.error = { reason }
      this.onChange()
    } finally {
      this.#pulling = false
    }
  }

  close(): void {
    if (!this.#finished) this.#iterator.return?.()?.then(nothing, nothing)
    this.#finished = true
    this.#buffer = []
  }
}
