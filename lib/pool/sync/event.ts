import { newPlace } from './blocks.js'
import { type ContextOption, Primitive, primitiveType, readContext } from './primitive.js'
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

/**
 * A flag that tasks wait for. Python's `multiprocessing.Event`.
 *
 * A waiter sees every `set()` that came after it began to wait, even when `clear()` followed at once.
 *
 * @example
 * const ready = new Event()
 * setTimeout(() => ready.set(), 10)
 * console.log(await ready.wait({ timeout: 5000 })) // true
 */
export class Event extends Primitive {
  // The word counts changes of the flag: it is set while the count is odd.
  constructor(options?: ContextOption | Place) {
    super('Event', options instanceof Place ? options : newPlace(readContext(options, 'Event'), 1))
  }

  get isSet(): boolean {
    return isOdd(this.load(0))
  }

  /** Sets the flag and wakes everyone who waits. */
  set(): void {
    if (this.#flip(false)) this.block.notify(this.at(0))
  }

  clear(): void {
    this.#flip(true)
  }

  /** True once the flag is set; false when the time ran out. Rejects with the signal's reason. */
  async wait(options?: WaitOptions): Promise<boolean> {
    const read = readWait(options, 'Event.wait')
    return (await until(this.block, this.at(0), this.#attempt(), read)) ?? false
  }

  /** As `wait`, blocking the thread. Throws ERR_MAIN_THREAD on the main thread unless that is allowed. */
  waitSync(options?: SyncWaitOptions): boolean {
    const read = readSyncWait(options, 'Event.waitSync')
    return untilSync(this.block, this.at(0), this.#attempt(), read) ?? false
  }

  #attempt(): Attempt<true> {
    const before = this.load(0)
    return () => {
      const now = this.load(0)
      return isOdd(now) || now !== before ? true : undefined
    }
  }

  /** Changes the flag if it is as said; false when it was the other way already. */
  #flip(isSet: boolean): boolean {
    let count = this.load(0)
    while (isOdd(count) === isSet) {
      const found = Atomics.compareExchange(this.block.words, this.at(0), count, (count + 1) | 0)
      if (found === count) return true
      count = found
    }
    return false
  }
}

const isOdd = (count: number): boolean => (count & 1) === 1

primitiveType('Event', Event)
