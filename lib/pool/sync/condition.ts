import { invalidArgument } from '../../core/errors.js'
import { callback, integer, type OptionReader, readOptions } from '../../core/options.js'
import { revive, type ShareTarget, type ShareToken, share, shareableType } from '../shareable.js'
import { BaseLock, LockGuard } from './base-lock.js'
import { newPlace } from './blocks.js'
import { invalidState, notOwner } from './errors.js'
import { Lock } from './lock.js'
import { isAlive, ownToken } from './owner.js'
import {
  type ContextOption,
  contextReader,
  instanceAt,
  openPlace,
  type PlaceToken,
  Primitive,
} from './primitive.js'
import { Place } from './shared-block.js'
import { readWait, until, type WaitOptions } from './waiting.js'

// Waiters take tickets; those below `Served` have been notified. Each ticket's slot holds the token of its thread until
// it is served, or 0 when the waiter gave up, so that a notification is never spent on somebody who is gone.
const Next = 0
const Served = 1
const Slots = 2
const slotCount = 4096
const ownWords = Slots + slotCount

/** Options of a new Condition. */
export interface ConditionOptions extends ContextOption {
  /** A Lock or RLock that several conditions share. Default: a Lock of its own (in Python an RLock). */
  readonly lock?: BaseLock | undefined
}

/**
 * Waits until another task says that something has changed, under a lock. Python's `multiprocessing.Condition`.
 *
 * @example
 * const condition = new Condition()
 * const items: number[] = []
 * const taken = condition.lock.run(async guard => {
 *   await condition.waitFor(guard, () => items.length > 0)
 *   return items.pop()
 * })
 * await condition.lock.run(() => {
 *   items.push(7)
 *   condition.notify()
 * })
 * console.log(await taken) // 7
 */
export class Condition extends Primitive {
  /** What must be held to wait or to notify. */
  readonly lock: BaseLock
  readonly #ownLock: boolean

  constructor(options?: ConditionOptions | Attached) {
    const attached = options instanceof Attached ? options : newCondition(options)
    super('Condition', attached.place)
    this.#ownLock = attached.lock === undefined
    this.lock = attached.lock ?? lockAt(attached.place)
  }

  /**
   * Releases the lock, waits for a notification, and takes the lock again: true, or false when the time ran out.
   * Rejects with the signal's reason; the lock is held again then too. `guard` is what `lock.acquire()` gave.
   */
  async wait(guard: LockGuard, options?: WaitOptions): Promise<boolean> {
    return this.#wait(guard, readWait(options, 'Condition.wait'))
  }

  /** Waits until the predicate holds; false when the time ran out first. Python: `wait_for`. */
  async waitFor(guard: LockGuard, predicate: () => boolean, options?: WaitOptions): Promise<boolean> {
    callback(predicate, 'the predicate of Condition.waitFor')
    const { timeout = Number.POSITIVE_INFINITY, signal } = readWait(options, 'Condition.waitFor')
    const deadline = performance.now() + timeout
    while (!predicate()) {
      const left = deadline - performance.now()
      if (left <= 0) return false
      await this.#wait(guard, { timeout: left, signal })
    }
    return true
  }

  /** Wakes `n` of those who wait, the first come first. Throws ERR_NOT_OWNER unless this thread holds the lock. */
  notify(n = 1): void {
    this.#serve(integer(1)(n, 'n'))
  }

  /** Wakes everyone who waits. Throws ERR_NOT_OWNER unless this thread holds the lock. Python: `notify_all`. */
  notifyAll(): void {
    this.#serve(Number.POSITIVE_INFINITY)
  }

  async #wait(guard: LockGuard, options: WaitOptions): Promise<boolean> {
    if (!(guard instanceof LockGuard)) throw invalidArgument('the guard of the lock', 'guard', guard)
    if (!this.lock.holds(guard)) throw notOwner('lock of the Condition')
    options.signal?.throwIfAborted()
    const ticket = this.#ticket()
    const depth = this.lock.suspend()
    let served: boolean | undefined
    let failure: unknown
    try {
      served = await until(this.block, this.at(Served), () => this.#isServed(ticket) || undefined, options)
    } catch (error) {
      failure = error
    }
    await this.lock.resume(depth)
    // A notification that came between the end of the wait and the lock is used, not lost.
    if (served || this.#isServed(ticket)) return true
    this.#setSlot(ticket, 0)
    if (failure !== undefined) throw failure
    return false
  }

  #ticket(): number {
    this.#skipGone()
    const ticket = this.load(Next)
    if (((ticket - this.load(Served)) | 0) >= slotCount) {
      throw invalidState(`more than ${slotCount} tasks wait for one Condition`, 'use several conditions')
    }
    this.#setSlot(ticket, ownToken())
    this.store(Next, (ticket + 1) | 0)
    return ticket
  }

  #isServed(ticket: number): boolean {
    return ((this.load(Served) - ticket) | 0) > 0
  }

  #serve(count: number): void {
    if (!this.lock.isMine) throw notOwner('lock of the Condition')
    let left = count
    let ticket = this.load(Served)
    for (const end = this.load(Next); left > 0 && ticket !== end; ticket = (ticket + 1) | 0) {
      if (this.#isWaiting(ticket)) left--
    }
    this.store(Served, ticket)
    this.block.notify(this.at(Served))
  }

  /** Serves the tickets at the front whose waiters gave up or died, so that their slots can be used again. */
  #skipGone(): void {
    let ticket = this.load(Served)
    for (const end = this.load(Next); ticket !== end && !this.#isWaiting(ticket); ) ticket = (ticket + 1) | 0
    this.store(Served, ticket)
  }

  #isWaiting(ticket: number): boolean {
    const token = this.load(Slots + (ticket & (slotCount - 1)))
    return token !== 0 && isAlive(token)
  }

  #setSlot(ticket: number, token: number): void {
    this.store(Slots + (ticket & (slotCount - 1)), token)
  }

  override [share](target: ShareTarget): ShareToken {
    const { type, data } = super[share](target)
    return { type, data: { condition: data, lock: this.#ownLock ? null : this.lock[share](target) } }
  }
}

/** Where a condition that exists already lies. */
class Attached {
  readonly place: Place
  readonly lock: BaseLock | undefined
  constructor(place: Place, lock: BaseLock | undefined) {
    this.place = place
    this.lock = lock
  }
}

function newCondition(options: ConditionOptions | undefined): Attached {
  const { lock, context } = readOptions<ConditionOptions>(options, 'Condition', {
    context: contextReader,
    lock: baseLock,
  })
  if (lock && context && lock.context !== context) {
    throw invalidArgument(`a lock of the context '${context}'`, 'Condition option lock', lock)
  }
  return new Attached(newPlace(lock?.context ?? context ?? 'threads', ownWords + 1), lock)
}

const baseLock: OptionReader<BaseLock> = (value, name) => {
  if (!(value instanceof BaseLock)) throw invalidArgument('a Lock or an RLock', name, value)
  return value
}

/** The condition's own lock, behind its own words. */
const lockAt = (place: Place): BaseLock => instanceAt(new Place(place.block, place.start + ownWords), Lock)

shareableType('Condition', (data: { condition: PlaceToken; lock: ShareToken | null }) => {
  const place = openPlace(data.condition)
  const lock = data.lock ? (revive(data.lock) as BaseLock) : undefined
  return place.block.instances.get(place.start) ?? new Condition(new Attached(place, lock))
})
