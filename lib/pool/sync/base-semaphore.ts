import { integer } from '../../core/options.js'
import { newPlace } from './blocks.js'
import { invalidState, timeoutError } from './errors.js'
import { type ContextOption, Primitive, readContext } from './primitive.js'
import { Place } from './shared-block.js'
import {
  type Attempt,
  readSyncWait,
  readWait,
  type SyncWaitOptions,
  until,
  untilSync,
  type WaitOptions,
} from './waiting.js'

/** The largest number of permits. */
export const largest = 2 ** 31 - 1
const permits = integer(1, largest)
const initialValue = integer(0, largest)

const Count = 0
const Bound = 1

/** Permits that are held; `using permit = await semaphore.acquire()` gives them back at the end of the block. */
export class SemaphorePermit implements Disposable {
  #release: (() => void) | undefined

  /** @internal */
  constructor(release: () => void) {
    this.#release = release
  }

  /** Does nothing when they were given back already. */
  release(): void {
    const release = this.#release
    this.#release = undefined
    release?.()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/** What Semaphore and BoundedSemaphore have in common. */
export abstract class BaseSemaphore extends Primitive {
  readonly #name: string

  constructor(name: string, place: Place) {
    super(name, place)
    this.#name = name
  }

  /** Permits that are free. */
  get value(): number {
    return this.load(Count)
  }

  /** Takes `n` permits at once, after those of this thread who asked before. Rejects with ERR_TIMEOUT or the signal's reason. */
  async acquire(n = 1, options?: WaitOptions): Promise<SemaphorePermit> {
    permits(n, 'n')
    const read = readWait(options, `${this.#name}.acquire`)
    const taken = await until(this.block, this.at(Count), this.#attempt(n), read)
    if (!taken) throw timeoutError(`${this.#name}.acquire`, read.timeout)
    return this.#permit(n)
  }

  /** The permits if they are free now, else null. */
  tryAcquire(n = 1): SemaphorePermit | null {
    permits(n, 'n')
    return this.#attempt(n)(false) ? this.#permit(n) : null
  }

  /** As `acquire`, blocking the thread. Throws ERR_MAIN_THREAD on the main thread unless that is allowed. */
  acquireSync(n = 1, options?: SyncWaitOptions): SemaphorePermit {
    permits(n, 'n')
    const read = readSyncWait(options, `${this.#name}.acquireSync`)
    const taken = untilSync(this.block, this.at(Count), this.#attempt(n), read)
    if (!taken) throw timeoutError(`${this.#name}.acquireSync`, read.timeout)
    return this.#permit(n)
  }

  /** Gives `n` permits back. Throws ERR_INVALID_STATE past the bound. */
  release(n = 1): void {
    permits(n, 'n')
    const { words } = this.block
    const bound = this.load(Bound)
    let value = this.load(Count)
    while (true) {
      if (n > bound - value) {
        throw invalidState(
          `${this.#name}.release(${n}) would make ${value + n} permits of at most ${bound}`,
          'release each permit once',
        )
      }
      const found = Atomics.compareExchange(words, this.at(Count), value, value + n)
      if (found === value) break
      value = found
    }
    this.block.notify(this.at(Count))
  }

  #permit(n: number): SemaphorePermit {
    return new SemaphorePermit(() => this.release(n))
  }

  #attempt(n: number): Attempt<true> {
    return () => {
      let value = this.load(Count)
      while (value >= n) {
        const found = Atomics.compareExchange(this.block.words, this.at(Count), value, value - n)
        if (found === value) return true
        value = found
      }
      return undefined
    }
  }
}

/** A place for `value` permits, or the place that is given. */
export function semaphorePlace(
  name: string,
  value: number | Place,
  options: ContextOption | undefined,
  bound?: number,
): Place {
  if (value instanceof Place) return value
  const count = initialValue(value, `the value of a ${name}`)
  const place = newPlace(readContext(options, name), 2)
  Atomics.store(place.block.words, place.start + Count, count)
  Atomics.store(place.block.words, place.start + Bound, bound ?? count)
  return place
}
