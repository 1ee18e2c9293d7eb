/**
 * Waiting until an attempt succeeds, without a thread (`until`) or with one (`untilSync`).
 *
 * All waiters of one word in one thread share one wait on the memory, in the order they came. Every wait is cut into
 * slices: a waiter that a dying notifier failed to wake, or whose lock's owner died, notices at the end of a slice.
 * While something waits a timer keeps the process alive, because `Atomics.waitAsync` does not.
 */
import { onAbort } from '../../core/abort.js'
import { workerThreads } from '../../core/builtins.js'
import { invalidArgument, MillraceError } from '../../core/errors.js'
import { abortSignal, boolean, type OptionReaders, readOptions } from '../../core/options.js'
import type { SharedBlock } from './shared-block.js'

/** How long to wait, and what ends the wait early. */
export interface WaitOptions {
  /** Milliseconds; the wait is given up after that. Default: for ever. */
  readonly timeout?: number | undefined
  /** The wait rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** As WaitOptions, for methods that block the thread. */
export interface SyncWaitOptions {
  readonly timeout?: number | undefined
  /** Blocking the main thread stops timers, sockets and signals, so it must be asked for. */
  readonly allowMainThread?: boolean | undefined
}

/**
 * What a waiter tries: undefined means "not yet". `stalled` is true when nothing has changed for a slice: time to look
 * whether who is waited for still lives. Waiters of one word must want the same thing: the first that fails ends the round.
 */
export type Attempt<T> = (stalled: boolean) => T | undefined

const firstSliceMs = 10
const longestSliceMs = 100
/** The longest that a timer of Node can wait. */
export const longestTimerMs = 2 ** 31 - 1

export const milliseconds = (value: unknown, name: string): number => {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw invalidArgument('a number of milliseconds of at least 0', name, value)
  }
  return value
}

export const waitReaders: OptionReaders<WaitOptions> = { timeout: milliseconds, signal: abortSignal }
const syncReaders: OptionReaders<SyncWaitOptions> = { timeout: milliseconds, allowMainThread: boolean }

export const readWait = (options: WaitOptions | undefined, method: string): WaitOptions =>
  readOptions(options, method, waitReaders)

/** Throws ERR_MAIN_THREAD when the caller may not block. */
export function readSyncWait(options: SyncWaitOptions | undefined, method: string): SyncWaitOptions {
  const read = readOptions(options, method, syncReaders)
  if (!read.allowMainThread && workerThreads().isMainThread) {
    throw new MillraceError('ERR_MAIN_THREAD', `${method} would block the main thread`, {
      hint: 'await the method without Sync, or pass { allowMainThread: true }',
    })
  }
  return read
}

/** The first success, or undefined when the time ran out. Rejects with the signal's reason. */
export async function until<T>(
  block: SharedBlock,
  index: number,
  attempt: Attempt<T>,
  options: WaitOptions = {},
): Promise<T | undefined> {
  options.signal?.throwIfAborted()
  const watch = watchOf(block, index)
  // Behind those who wait already, if there are any.
  const first = watch.waiters.size === 0 ? attempt(false) : undefined
  if (first !== undefined || options.timeout === 0) return first ?? attempt(false)
  return new Promise((resolve, reject) => watch.add(new Waiter(attempt, resolve, reject, watch, options)))
}

class Waiter {
  readonly attempt: Attempt<unknown>
  readonly #resolve: (value: never) => void
  readonly #reject: (error: unknown) => void
  readonly #watch: Watch
  readonly #timer: NodeJS.Timeout | undefined
  readonly #unlisten: () => void

  constructor(
    attempt: Attempt<unknown>,
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
    watch: Watch,
    { timeout = Number.POSITIVE_INFINITY, signal }: WaitOptions,
  ) {
    this.attempt = attempt
    this.#resolve = resolve
    this.#reject = reject
    this.#watch = watch
    if (timeout <= longestTimerMs) this.#timer = setTimeout(() => this.settle(undefined), timeout)
    this.#unlisten = onAbort(signal, () => this.fail(signal?.reason))
  }

  settle(value: unknown): void {
    this.#leave()
    this.#resolve(value as never)
  }

  fail(error: unknown): void {
    this.#leave()
    this.#reject(error)
  }

  #leave(): void {
    clearTimeout(this.#timer)
    this.#unlisten()
    this.#watch.waiters.delete(this)
    if (this.#watch.waiters.size === 0) keepAlive(-1)
  }
}

/** One word that waiters of this thread wait for. */
class Watch {
  readonly waiters = new Set<Waiter>()
  readonly #block: SharedBlock
  readonly #index: number
  #running = false

  constructor(block: SharedBlock, index: number) {
    this.#block = block
    this.#index = index
  }

  add(waiter: Waiter): void {
    this.waiters.add(waiter)
    if (this.waiters.size === 1) keepAlive(1)
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    let slice = firstSliceMs
    let stalled = false
    try {
      while (this.waiters.size > 0) {
        // Read before the attempts: a change behind them makes the wait return at once.
        const seen = Atomics.load(this.#block.words, this.#index)
        if (this.#serve(stalled)) slice = firstSliceMs
        if (this.waiters.size === 0) break
        stalled = !(await this.#block.changed(this.#index, seen, slice))
        slice = stalled ? Math.min(slice * 2, longestSliceMs) : firstSliceMs
      }
    } catch (error) {
      for (const waiter of [...this.waiters]) waiter.fail(error)
    } finally {
      this.#running = false
    }
  }

  /** Lets waiters try in turn until one fails; true when any succeeded. */
  #serve(stalled: boolean): boolean {
    let served = false
    for (const waiter of [...this.waiters]) {
      try {
        const value = waiter.attempt(stalled)
        if (value === undefined) return served
        waiter.settle(value)
      } catch (error) {
        waiter.fail(error)
      }
      served = true
    }
    return served
  }
}

const watches = new WeakMap<SharedBlock, Map<number, Watch>>()

function watchOf(block: SharedBlock, index: number): Watch {
  const words = watches.get(block) ?? new Map<number, Watch>()
  const watch = words.get(index) ?? new Watch(block, index)
  watches.set(block, words.set(index, watch))
  return watch
}

let waiting = 0
let timer: NodeJS.Timeout | undefined

/** Counts the words that something waits for; a timer that does nothing stands for all of them. */
function keepAlive(change: 1 | -1): void {
  waiting += change
  if (waiting > 0) timer ??= setInterval(() => {}, longestTimerMs)
  else {
    clearInterval(timer)
    timer = undefined
  }
}

/** As `until`, blocking this thread. The caller has asked `readSyncWait`. */
export function untilSync<T>(
  block: SharedBlock,
  index: number,
  attempt: Attempt<T>,
  { timeout = Number.POSITIVE_INFINITY }: SyncWaitOptions = {},
): T | undefined {
  const deadline = performance.now() + timeout
  let slice = firstSliceMs
  let stalled = false
  while (true) {
    const seen = Atomics.load(block.words, index)
    const value = attempt(stalled)
    const left = deadline - performance.now()
    if (value !== undefined || left <= 0) return value
    stalled = !block.block(index, seen, Math.min(slice, left))
    slice = stalled ? Math.min(slice * 2, longestSliceMs) : firstSliceMs
  }
}
