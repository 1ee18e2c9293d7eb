/**
 * Every class of shared objects, loaded: what a worker imports to make instances of what it receives.
 */
import { unpack as unpackKnown } from '../shareable.js'
import { Barrier } from './barrier.js'
import { BoundedSemaphore } from './bounded-semaphore.js'
import { Condition } from './condition.js'
import { Event } from './event.js'
import { Lock } from './lock.js'
import { PipeEnd } from './pipe.js'
import { Queue } from './queue.js'
import { RLock } from './rlock.js'
import { Semaphore } from './semaphore.js'
import { SharedArray } from './shared-array.js'
import { SharedMemory } from './shared-memory.js'
import { Value } from './value.js'

// Named, so that no bundler drops a module whose only effect is to register its class.
export const kinds: readonly unknown[] = [
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  Lock,
  PipeEnd,
  Queue,
  RLock,
  Semaphore,
  SharedArray,
  SharedMemory,
  Value,
]

/** As `unpack` of shareable.ts, with every class known. */
export const unpack = (value: unknown): unknown => (kinds.length > 0 ? unpackKnown(value) : value)
