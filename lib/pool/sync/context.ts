import { Barrier, type BarrierOptions } from './barrier.js'
import { BoundedSemaphore } from './bounded-semaphore.js'
import { Condition, type ConditionOptions } from './condition.js'
import { Event } from './event.js'
import { Lock } from './lock.js'
import type { ElementOf, NumberType } from './number-types.js'
import { Pipe, type PipeOptions } from './pipe.js'
import { contextReader } from './primitive.js'
import { Queue, type QueueOptions } from './queue.js'
import { RLock } from './rlock.js'
import { Semaphore } from './semaphore.js'
import { SharedArray } from './shared-array.js'
import type { ContextName } from './shared-block.js'
import { type LockOption, Value } from './value.js'

type Without<T> = Omit<T, 'context'>

/**
 * Everything that workers of one context share, made for that context. Python's `multiprocessing.get_context`.
 *
 * Objects of 'processes' may go to threads too; those of 'threads' stay in this process, and are faster to wake.
 * Making one of 'processes' throws ERR_NATIVE_LOAD without the addon.
 *
 * @example
 * const shared = getContext('threads')
 * const lock = shared.Lock()
 * const queue = shared.Queue<number>({ maxSize: 10 })
 * console.log(lock.context, queue.context) // threads threads
 */
export function getContext(name: ContextName) {
  const context = contextReader(name, 'the context')
  return {
    Barrier: (parties: number, options?: Without<BarrierOptions>) =>
      new Barrier(parties, { ...options, context }),
    BoundedSemaphore: (value?: number) => new BoundedSemaphore(value, { context }),
    Condition: (options?: Without<ConditionOptions>) => new Condition({ ...options, context }),
    Event: () => new Event({ context }),
    Lock: () => new Lock({ context }),
    Pipe: <A = unknown, B = A>(options?: Without<PipeOptions>) => Pipe<A, B>({ ...options, context }),
    Queue: <T = unknown>(options?: Without<QueueOptions>) => new Queue<T>({ ...options, context }),
    RLock: () => new RLock({ context }),
    Semaphore: (value?: number) => new Semaphore(value, { context }),
    SharedArray: <T extends NumberType>(
      type: T,
      data: number | Iterable<ElementOf<T>> | ArrayLike<ElementOf<T>>,
      options?: Without<LockOption>,
    ) =>
      typeof data === 'number'
        ? new SharedArray(type, data, { ...options, context })
        : SharedArray.from(type, data, { ...options, context }),
    Value: <T extends NumberType>(type: T, value?: ElementOf<T>, options?: Without<LockOption>) =>
      new Value(type, value, { ...options, context }),
  }
}
