import { withIndex } from '../thrown-error.js'
import type { ResultQueue } from './result-queue.js'
import type { ItemSink } from './results-sink.js'

type OnError = 'fail-fast' | 'wait' | 'collect'

/** Results in the order of the input: those that are early wait here. */
export class OrderedSink implements ItemSink {
  readonly #queue: ResultQueue<unknown>
  readonly #onError: OnError
  readonly #early = new Map<number, { value: unknown } | { error: unknown }>()
  #next = 0
  #firstError: { error: unknown } | undefined

  constructor(queue: ResultQueue<unknown>, onError: OnError) {
    this.#queue = queue
    this.#onError = onError
  }

  value(index: number, value: unknown): void {
    this.#add(index, { value: this.#onError === 'collect' ? { status: 'fulfilled', value } : value })
  }

  failure(index: number, error: unknown): boolean {
    withIndex(error, index)
    if (this.#onError === 'collect') this.#add(index, { value: { status: 'rejected', reason: error } })
    else this.#add(index, { error })
    // Those before it are still to come: the reader gets them, then the error.
    return true
  }

  #add(index: number, outcome: { value: unknown } | { error: unknown }): void {
    this.#early.set(index, outcome)
    for (let next = this.#early.get(this.#next); next; next = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++)
      if ('value' in next) this.#queue.push(next.value)
      else if (this.#onError === 'wait') {
        this.#firstError ??= next
        this.#queue.onRead()
      } else {
        this.#queue.fail(next.error)
        this.#queue.onReturn()
        return
      }
    }
  }

  end(): void {
    if (this.#firstError) this.#queue.fail(this.#firstError.error)
    else this.#queue.end()
  }

  fail(error: unknown): void {
    this.#queue.fail(error)
  }
}

/** Results as they come. */
export class UnorderedSink implements ItemSink {
  readonly #queue: ResultQueue<unknown>
  readonly #onError: OnError
  #firstError: { error: unknown } | undefined

  constructor(queue: ResultQueue<unknown>, onError: OnError) {
    this.#queue = queue
    this.#onError = onError
  }

  value(_: number, value: unknown): void {
    this.#queue.push(this.#onError === 'collect' ? { status: 'fulfilled', value } : value)
  }

  failure(index: number, error: unknown): boolean {
    withIndex(error, index)
    if (this.#onError === 'fail-fast') {
      this.#queue.fail(error)
      return false
    }
    if (this.#onError === 'collect') this.#queue.push({ status: 'rejected', reason: error })
    else {
      this.#firstError ??= { error }
      this.#queue.onRead()
    }
    return true
  }

  end(): void {
    if (this.#firstError) this.#queue.fail(this.#firstError.error)
    else this.#queue.end()
  }

  fail(error: unknown): void {
    this.#queue.fail(error)
  }
}
