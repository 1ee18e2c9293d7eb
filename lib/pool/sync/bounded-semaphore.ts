import { BaseSemaphore, semaphorePlace } from './base-semaphore.js'
import { type ContextOption, primitiveType } from './primitive.js'
import type { Place } from './shared-block.js'

/**
 * A Semaphore that throws ERR_INVALID_STATE when more permits come back than it began with: a release too many is a bug
 * that a plain Semaphore hides. Python's `multiprocessing.BoundedSemaphore`.
 *
 * @example
 * const slots = new BoundedSemaphore(2)
 * await slots.acquire(2)
 * slots.release(2)
 * console.log(slots.value) // 2
 */
export class BoundedSemaphore extends BaseSemaphore {
  constructor(value: number | Place = 1, options?: ContextOption) {
    super('BoundedSemaphore', semaphorePlace('BoundedSemaphore', value, options))
  }
}

primitiveType('BoundedSemaphore', BoundedSemaphore)
