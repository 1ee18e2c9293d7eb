import { MillraceError } from '../../core/errors.js'
import { notOwner, timeoutError } from './errors.js'
import { OwnedWord, type Taken } from './owned-word.js'
import { Primitive } from './primitive.js'
import type { Place } from './shared-block.js'
import { readSyncWait, readWait, type SyncWaitOptions, type WaitOptions } from './waiting.js'

/** A lock that is held; `using guard = await lock.acquire()` releases it at the end of the block. */
export class LockGuard implements Disposable {
  /** True when the holder before this one ended without releasing: what the lock protects may be half done. */
  readonly abandoned: boolean
  readonly #release: (guard: LockGuard) => void

  /** @internal */
  constructor(abandoned: boolean, release: (guard: LockGuard) => void) {
    this.abandoned = abandoned
    this.#release = release
  }

  /** Does nothing when it was released already. */
  release(): void {
    this.#release(this)
  }

  [Symbol.dispose](): void {
    this.#release(this)
  }
}

/** What Lock and RLock have in common. */
export abstract class BaseLock extends Primitive {
  readonly #name: string
  /** The guards that have not been released, on this thread. */
  readonly #held = new Set<LockGuard>()
  protected readonly word: OwnedWord

  constructor(name: string, place: Place) {
    super(name, place)
    this.#name = name
    this.word = new OwnedWord(this.block, this.at(0))
  }

  /** True when this thread holds the lock and may take it again. */
  protected abstract reenter(): boolean
  /** Called when the lock has just been taken. */
  protected abstract entered(): void
  /** One release; false while the lock stays held. */
  protected abstract leave(): boolean
  /** What `resume` needs to take the lock again as it was. */
  protected abstract depth: number

  /** True while any thread holds the lock. Python: `locked()`. */
  get locked(): boolean {
    return this.word.owner !== 0
  }

  /**
   * Waits for the lock, in the order of asking within this thread, and takes it.
   * Rejects with ERR_TIMEOUT, or with the signal's reason. Python: `acquire(timeout=...)`.
   */
  async acquire(options?: WaitOptions): Promise<LockGuard> {
    const read = readWait(options, `${this.#name}.acquire`)
    if (this.reenter()) return this.#guard(false)
    const taken = await this.word.take(read)
    if (taken === undefined) throw timeoutError(`${this.#name}.acquire`, read.timeout)
    return this.#take(taken)
  }

  /** The lock if it is free now, else null. Python: `acquire(block=False)`. */
  tryAcquire(): LockGuard | null {
    if (this.reenter()) return this.#guard(false)
    const taken = this.word.tryTake(true)
    return taken ? this.#take(taken) : null
  }

  /** As `acquire`, blocking the thread. Throws ERR_MAIN_THREAD on the main thread unless that is allowed. */
  acquireSync(options?: SyncWaitOptions): LockGuard {
    const method = `${this.#name}.acquireSync`
    const read = readSyncWait(options, method)
    if (this.reenter()) return this.#guard(false)
    if (this.word.isMine && read.timeout === undefined) {
      throw new MillraceError('ERR_DEADLOCK', `${method} would wait for ever: this thread holds the lock`, {
        hint: 'await lock.acquire() instead, or use an RLock',
      })
    }
    const taken = this.word.takeSync(read)
    if (taken === undefined) throw timeoutError(method, read.timeout)
    return this.#take(taken)
  }

  /** Releases what this thread holds; throws ERR_NOT_OWNER when it holds nothing. Python: `release()`. */
  release(): void {
    if (!this.word.isMine) throw notOwner(this.#name)
    const guard = [...this.#held].at(-1)
    if (guard) this.#held.delete(guard)
    if (this.leave()) this.word.drop()
  }

  /** Runs the function while holding the lock. Python: `with lock:`. */
  async run<T>(fn: (guard: LockGuard) => T | Promise<T>, options?: WaitOptions): Promise<T> {
    const guard = await this.acquire(options)
    try {
      return await fn(guard)
    } finally {
      guard.release()
    }
  }

  /** Lets the lock go entirely, for a Condition to wait; the guards stay valid. @internal */
  suspend(): number {
    if (!this.word.isMine) throw notOwner(this.#name)
    const { depth } = this
    this.word.drop()
    return depth
  }

  /** Takes it back as it was. @internal */
  async resume(depth: number): Promise<void> {
    await this.word.take({})
    this.entered()
    this.depth = depth
  }

  /** As `resume`, blocking. @internal */
  resumeSync(depth: number): void {
    this.word.takeSync({})
    this.entered()
    this.depth = depth
  }

  /** True when this thread holds the lock. @internal */
  get isMine(): boolean {
    return this.word.isMine
  }

  /** True when the guard is of this lock and not released. @internal */
  holds(guard: LockGuard): boolean {
    return this.#held.has(guard) && this.word.isMine
  }

  #take(taken: Taken): LockGuard {
    this.entered()
    return this.#guard(taken === 'abandoned')
  }

  #guard(abandoned: boolean): LockGuard {
    const guard = new LockGuard(abandoned, released => {
      if (this.#held.delete(released) && this.leave()) this.word.drop()
    })
    this.#held.add(guard)
    return guard
  }
}
