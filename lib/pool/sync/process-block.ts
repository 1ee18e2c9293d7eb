import { workerThreads } from '../../core/builtins.js'
import { native } from '../../native.js'
import type { ShareTarget } from '../shareable.js'
import { invalidState } from './errors.js'
import { newSegmentName, ownName, removeName } from './segment-names.js'
import { headerWords, knownBlock, rememberBlock, type SharedBlock } from './shared-block.js'

// A name must live until the receiver has attached; how long a message is under way nobody knows.
const deliveryMs = 60_000

// Looking at a word costs nothing: in a wait's first half millisecond at every turn of the event loop, then every
// millisecond, and every ten once the wait has become a long one.
const eagerMs = 0.5
const shortWaitMs = 10
const pauseMs = { short: 1, long: 10 }

const unneeded = new FinalizationRegistry<string>(removeName)

/**
 * A block that processes share: a named segment of memory.
 *
 * A thread that may block waits in the kernel (a futex), in slices that let it be terminated. The main thread of a
 * process has a thread of the engine wait for it, and is called by a thread-safe function. Workers look at the word from
 * timers: such a call crashes Node when it comes while the worker ends (nodejs/node#65100). So a worker that has waited
 * for long takes up to 10 ms to notice a change; a main thread some 100 us.
 */
export class ProcessBlock implements SharedBlock {
  readonly context = 'processes'
  readonly buffer: ArrayBuffer
  readonly instances = new Map<number, object>()
  readonly #name: string
  readonly #words: Int32Array<ArrayBuffer>

  private constructor(name: string, buffer: ArrayBuffer) {
    this.#name = name
    this.buffer = buffer
    this.#words = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4))
  }

  /** A new block of that many zero bytes behind the header. Throws ERR_NATIVE_LOAD without the addon. */
  static create(bytes: number): ProcessBlock {
    const { sharedMemoryCreate } = native()
    const name = newSegmentName()
    const buffer = sharedMemoryCreate(name, headerWords * 4 + Math.ceil(bytes / 8) * 8)
    ownName(name)
    const block = rememberBlock(name, new ProcessBlock(name, buffer))
    unneeded.register(block, name)
    return block
  }

  static attach(name: string): SharedBlock {
    return knownBlock(name) ?? rememberBlock(name, new ProcessBlock(name, native().sharedMemoryAttach(name)))
  }

  get words(): Int32Array<ArrayBuffer> {
    if (this.#words.length === 0) throw invalidState('the shared memory was closed')
    return this.#words
  }

  notify(index: number): void {
    native().wakeWord(this.words, index)
  }

  block(index: number, value: number, ms: number): boolean {
    return native().waitWord(this.words, index, value, ms)
  }

  async changed(index: number, value: number, ms: number): Promise<boolean> {
    const begin = performance.now()
    const isShort = ms <= shortWaitMs
    while (Atomics.load(this.words, index) === value) {
      const waited = performance.now() - begin
      if (waited >= ms) return false
      if (isShort && waited < eagerMs) await new Promise(setImmediate)
      else {
        const left = ms - waited
        const wait = workerThreads().isMainThread
          ? native().waitWordAsync(this.words, index, value, left)
          : null
        await (wait ?? pause(Math.min(left, isShort ? pauseMs.short : pauseMs.long)))
      }
    }
    return true
  }

  token(_target: ShareTarget): string {
    // The timer holds the block, and with it the name.
    setTimeout(() => this.#name, deliveryMs).unref()
    return this.#name
  }
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
