import { isAlive, ownToken } from './owner.js'
import type { SharedBlock } from './shared-block.js'
import { type Attempt, type SyncWaitOptions, until, untilSync, type WaitOptions } from './waiting.js'

/** How a word was taken: from nobody, or from an owner that died with it. */
export type Taken = 'taken' | 'abandoned'

/** A word that one thread owns at a time: 0, or its owner's token. What every lock is made of. */
export class OwnedWord {
  readonly #block: SharedBlock
  readonly #index: number

  constructor(block: SharedBlock, index: number) {
    this.#block = block
    this.#index = index
  }

  get owner(): number {
    return Atomics.load(this.#block.words, this.#index)
  }

  get isMine(): boolean {
    return this.owner === ownToken()
  }

  /** `checkOwner`: also takes the word from an owner that has died, which costs a look at the kernel's list. */
  tryTake(checkOwner: boolean): Taken | undefined {
    const { words } = this.#block
    const mine = ownToken()
    const owner = Atomics.compareExchange(words, this.#index, 0, mine)
    if (owner === 0) return 'taken'
    if (!checkOwner || owner === mine || isAlive(owner)) return undefined
    return Atomics.compareExchange(words, this.#index, owner, mine) === owner ? 'abandoned' : undefined
  }

  take(options: WaitOptions): Promise<Taken | undefined> {
    return until(this.#block, this.#index, this.#attempt, options)
  }

  takeSync(options: SyncWaitOptions): Taken | undefined {
    return untilSync(this.#block, this.#index, this.#attempt, options)
  }

  readonly #attempt: Attempt<Taken> = stalled => this.tryTake(stalled)

  /** False, and nothing done, when this thread is not the owner. */
  drop(): boolean {
    const mine = ownToken()
    if (Atomics.compareExchange(this.#block.words, this.#index, mine, 0) !== mine) return false
    this.#block.notify(this.#index)
    return true
  }

  /**
   * Runs the function as owner. For sections of microseconds only: waits for others by blocking, on the main thread too.
   * `repair` runs first when the last owner died inside its section.
   */
  exclusive<T>(section: () => T, repair: () => void = () => {}): T {
    if ((this.tryTake(false) ?? this.takeSync({})) === 'abandoned') repair()
    try {
      return section()
    } finally {
      this.drop()
    }
  }
}
