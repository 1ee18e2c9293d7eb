import { BaseSemaphore, largest, semaphorePlace } from './base-semaphore.js'
import { type ContextOption, primitiveType } from './primitive.js'
import type { Place } from './shared-block.js'

/**
 * A number of permits that tasks take and give back. Python's `multiprocessing.Semaphore`.
 *
 * Any thread may release, so permits have no owner: those of a thread that dies are not given back.
 *
 * @example
 * const slots = new Semaphore(2)
 * const permit = await slots.acquire()
 * console.log(slots.value) // 1
 * permit.release()
 */
export class Semaphore extends BaseSemaphore {
  constructor(value: number | Place = 1, options?: ContextOption) {
    super('Semaphore', semaphorePlace('Semaphore', value, options, largest))
  }
}

primitiveType('Semaphore', Semaphore)
