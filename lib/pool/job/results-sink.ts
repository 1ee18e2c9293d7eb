import { withIndex } from '../thrown-error.js'
import type { MapSettings } from './map-settings.js'
import { resultArrays } from './result-arrays.js'

/** Where the items of a job end up. */
export interface ItemSink {
  value(index: number, value: unknown): void
  /** False when the rest is not wanted any more. */
  failure(index: number, error: unknown): boolean
  /** Everything is in. */
  end(): void
  /** The job as a whole failed (its function does not load, the pool is terminated, the input threw). */
  fail(error: unknown): void
}

interface Results {
  [index: number]: unknown
  length: number
}

/** Gathers results in the order of the input, and settles the map by its `onError`. */
export class ResultsSink implements ItemSink {
  readonly #onError: MapSettings['onError']
  readonly #returns: string
  readonly #resolve: (value: never) => void
  readonly #reject: (error: unknown) => void
  readonly #length: number | undefined
  #results: Results | undefined
  #first: { index: number; error: unknown } | undefined

  constructor(
    onError: MapSettings['onError'],
    length: number | undefined,
    returns: string,
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
  ) {
    this.#onError = onError
    this.#resolve = resolve
    this.#reject = reject
    this.#returns = returns
    this.#length = length
  }

  /** The results so far. Made when the first one comes: a shared job puts in its numbers at the end, all at once. */
  get results(): Results {
    this.#results ??= this.#length === undefined ? [] : new Array(this.#length)
    return this.#results
  }

  set results(all: Results) {
    this.#results = all
  }

  value(index: number, value: unknown): void {
    this.results[index] = this.#onError === 'collect' ? { status: 'fulfilled', value } : value
  }

  failure(index: number, error: unknown): boolean {
    withIndex(error, index)
    if (this.#onError === 'fail-fast') {
      this.#reject(error)
      return false
    }
    if (this.#onError === 'collect') this.results[index] = { status: 'rejected', reason: error }
    else if (!this.#first || index < this.#first.index) this.#first = { index, error }
    return true
  }

  end(): void {
    if (this.#first) {
      this.#reject(this.#first.error)
      return
    }
    const typed = this.#returns !== 'auto' && this.#onError !== 'collect' && Array.isArray(this.results)
    if (!typed) {
      this.#resolve(this.results as never)
      return
    }
    try {
      this.#resolve(typedResults(this.results as unknown[], this.#returns) as never)
    } catch (error) {
      this.#reject(error)
    }
  }

  fail(error: unknown): void {
    this.#reject(error)
  }
}

function typedResults(results: readonly unknown[], returns: string): unknown {
  for (const [index, value] of results.entries()) {
    if (typeof value !== 'number' && typeof value !== 'bigint') throw withIndex(notANumber(value), index)
  }
  const Made = resultArrays[returns as keyof typeof resultArrays] as new (
    values: readonly unknown[],
  ) => unknown
  return new Made(results)
}

const notANumber = (value: unknown): TypeError =>
  new TypeError(`the result is ${value === null ? 'null' : typeof value}, but \`returns\` asks for numbers`)
