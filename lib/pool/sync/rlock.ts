import { BaseLock } from './base-lock.js'
import { newPlace } from './blocks.js'
import { type ContextOption, primitiveType, readContext } from './primitive.js'
import { Place } from './shared-block.js'

const Count = 1

/**
 * A lock that the thread holding it may take again; it is free after as many releases. Python's `multiprocessing.RLock`.
 *
 * As in Python the owner is the thread: tasks of one thread that interleave at an `await` do not exclude each other.
 * Use a Lock between those.
 *
 * @example
 * const lock = new RLock()
 * await lock.run(() => lock.run(() => console.log(lock.locked))) // true
 */
export class RLock extends BaseLock {
  constructor(options?: ContextOption | Place) {
    super('RLock', options instanceof Place ? options : newPlace(readContext(options, 'RLock'), 2))
  }

  protected override reenter(): boolean {
    if (!this.isMine) return false
    this.depth++
    return true
  }

  protected override entered(): void {
    this.depth = 1
  }

  protected override leave(): boolean {
    return --this.depth === 0
  }

  // In shared memory, where two instances in one thread see the same count; only the owner touches it.
  protected override get depth(): number {
    return this.load(Count)
  }

  protected override set depth(depth: number) {
    this.store(Count, depth)
  }
}

primitiveType('RLock', RLock)
