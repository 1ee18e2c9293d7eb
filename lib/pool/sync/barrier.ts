import { callback, integer, type OptionReader, type OptionReaders, readOptions } from '../../core/options.js'
import { newPlace } from './blocks.js'
import { BrokenBarrier } from './errors.js'
import { OwnedWord } from './owned-word.js'
import { isAlive, ownToken } from './owner.js'
import { type ContextOption, contextReader, Primitive, primitiveType } from './primitive.js'
import { type ContextName, Place } from './shared-block.js'
import { longestTimerMs, milliseconds, readWait, until, type WaitOptions } from './waiting.js'

// How a round ended is kept for the last 64 rounds, for those who wake late. Tokens name who has arrived in this round.
const Mutex = 0
const Round = 1
const Count = 2
const Broken = 3
const Parties = 4
const TimeoutMs = 5
const Outcomes = 6
const outcomeCount = 64
const Tokens = Outcomes + outcomeCount

const Passed = 1
const Failed = 2

/** Options of a new Barrier. */
export interface BarrierOptions extends ContextOption {
  /** Milliseconds that `wait` waits when it is not told otherwise. Default: for ever. */
  readonly timeout?: number | undefined
  /** Called by one of the parties when all have arrived, before any goes on. Stays in the thread that made the barrier. */
  readonly action?: (() => void) | undefined
}

/**
 * A point that a fixed number of tasks reach before any goes on, again and again. Python's `multiprocessing.Barrier`.
 *
 * When a party gives up, aborts or dies, the barrier breaks: every wait rejects with ERR_BARRIER_BROKEN until `reset()`.
 *
 * @example
 * const barrier = new Barrier(2)
 * const places = await Promise.all([barrier.wait(), barrier.wait()])
 * console.log(places.sort()) // [ 0, 1 ]
 */
export class Barrier extends Primitive {
  readonly #action: (() => void) | undefined
  readonly #mutex: OwnedWord

  constructor(parties: number | Place, options?: BarrierOptions) {
    const { action, timeout, context } = readOptions<BarrierOptions>(options, 'Barrier', barrierReaders)
    super('Barrier', parties instanceof Place ? parties : barrierPlace(parties, timeout, context))
    this.#action = action
    this.#mutex = new OwnedWord(this.block, this.at(Mutex))
  }

  /** How many must arrive. */
  get parties(): number {
    return this.load(Parties)
  }

  /** How many wait now. Python: `n_waiting`. */
  get nWaiting(): number {
    return this.load(Count)
  }

  get broken(): boolean {
    return this.load(Broken) !== 0
  }

  /**
   * Waits until all parties have arrived; gives the order of arrival, from 0. Rejects with ERR_BARRIER_BROKEN, which a
   * timeout of one wait causes for everyone, or with the signal's reason.
   */
  async wait(options?: WaitOptions): Promise<number> {
    const read = readWait(options, 'Barrier.wait')
    const arrived = await until(this.block, this.at(Round), () => this.#arrive(), read)
    if (!arrived) throw brokenBarrier('the round before did not end in time')
    const { round, place } = arrived
    if (place === this.parties - 1) this.#complete(round)
    else if ((await this.#pass(round, read)) !== Passed) {
      throw brokenBarrier('a party gave up, aborted or ended')
    }
    return place
  }

  /** Makes a broken barrier whole; whoever waits now gets ERR_BARRIER_BROKEN. */
  reset(): void {
    this.#mutex.exclusive(() => {
      if (this.load(Count) > 0) this.#finish(Failed)
      this.store(Broken, 0)
    })
  }

  /** Breaks the barrier for everyone, until `reset()`. */
  abort(): void {
    this.#break(undefined)
  }

  /** Takes a place in the round; undefined while a full round is being completed. */
  #arrive(): { round: number; place: number } | undefined {
    return this.#mutex.exclusive(() => {
      if (this.broken) throw brokenBarrier('it was broken before; reset() makes it whole')
      const place = this.load(Count)
      if (place === this.parties) return undefined
      this.store(Tokens + place, ownToken())
      this.store(Count, place + 1)
      return { round: this.load(Round), place }
    })
  }

  /** What the last to arrive does. */
  #complete(round: number): void {
    try {
      this.#action?.()
    } catch (error) {
      this.#break(round)
      throw error
    }
    const passed = this.#mutex.exclusive(() => {
      if (this.load(Round) !== round) return false
      this.#finish(Passed)
      return true
    })
    if (!passed) throw brokenBarrier('it was aborted or reset during its action')
  }

  /** Waits for the end of the round. A party that gives up breaks the barrier. */
  async #pass(round: number, options: WaitOptions): Promise<number> {
    const timeout = options.timeout ?? (this.load(TimeoutMs) || Number.POSITIVE_INFINITY)
    const attempt = (stalled: boolean) => {
      if (stalled && this.#hasDeadParty(round)) this.#break(round)
      return this.#outcome(round)
    }
    try {
      const outcome = await until(this.block, this.at(Round), attempt, { ...options, timeout })
      if (outcome !== undefined) return outcome
    } catch (error) {
      if (this.#outcome(round) === Passed) return Passed
      this.#break(round)
      throw error
    }
    this.#break(round)
    return this.#outcome(round) ?? Failed
  }

  #outcome(round: number): number | undefined {
    return this.load(Round) === round ? undefined : this.load(Outcomes + (round & (outcomeCount - 1)))
  }

  #hasDeadParty(round: number): boolean {
    const tokens = this.#mutex.exclusive(() =>
      this.load(Round) === round ? range(this.load(Count)).map(place => this.load(Tokens + place)) : [],
    )
    return tokens.some(token => !isAlive(token))
  }

  /** Breaks the barrier if the round has not ended; whatever the round when none is named. */
  #break(round: number | undefined): void {
    this.#mutex.exclusive(() => {
      if (round !== undefined && this.load(Round) !== round) return
      this.store(Broken, 1)
      this.#finish(Failed)
    })
  }

  /** Ends the round. The caller owns the mutex. */
  #finish(outcome: number): void {
    const round = this.load(Round)
    this.store(Outcomes + (round & (outcomeCount - 1)), outcome)
    this.store(Count, 0)
    this.store(Round, (round + 1) | 0)
    this.block.notify(this.at(Round))
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

const brokenBarrier = (why: string): BrokenBarrier => new BrokenBarrier(`the barrier is broken: ${why}`)

const barrierReaders: OptionReaders<BarrierOptions> = {
  action: callback as OptionReader<() => void>,
  context: contextReader,
  timeout: milliseconds,
}

function barrierPlace(parties: number, timeout: number | undefined, context: ContextName = 'threads'): Place {
  integer(1, 2 ** 16)(parties, 'the parties of a Barrier')
  const place = newPlace(context, Tokens + parties)
  const { words } = place.block
  Atomics.store(words, place.start + Parties, parties)
  if (timeout !== undefined && timeout <= longestTimerMs) {
    Atomics.store(words, place.start + TimeoutMs, Math.max(1, Math.ceil(timeout)))
  }
  return place
}

primitiveType('Barrier', Barrier)
