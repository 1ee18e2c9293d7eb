import { notShareable, type ShareTarget } from '../shareable.js'
import { headerWords, knownBlock, rememberBlock, type SharedBlock } from './shared-block.js'

/** A block that threads of one process share: a SharedArrayBuffer. */
export class ThreadBlock implements SharedBlock {
  readonly context = 'threads'
  readonly buffer: SharedArrayBuffer
  readonly words: Int32Array<SharedArrayBuffer>
  readonly instances = new Map<number, object>()

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.words = new Int32Array(buffer)
  }

  /** A new block of that many zero bytes behind the header. */
  static create(bytes: number): ThreadBlock {
    const buffer = new SharedArrayBuffer(headerWords * 4 + Math.ceil(bytes / 8) * 8)
    const identity = crypto.getRandomValues(new Uint8Array(headerWords * 4))
    new Uint8Array(buffer).set(identity)
    return rememberBlock(keyOf(buffer), new ThreadBlock(buffer))
  }

  /** Every message brings a new object for the same memory; the block stays one. */
  static open(buffer: SharedArrayBuffer): SharedBlock {
    return knownBlock(keyOf(buffer)) ?? rememberBlock(keyOf(buffer), new ThreadBlock(buffer))
  }

  notify(index: number): void {
    Atomics.notify(this.words, index)
  }

  block(index: number, value: number, ms: number): boolean {
    return Atomics.wait(this.words, index, value, ms) !== 'timed-out'
  }

  async changed(index: number, value: number, ms: number): Promise<boolean> {
    const wait = Atomics.waitAsync(this.words, index, value, ms)
    return (wait.async ? await wait.value : wait.value) !== 'timed-out'
  }

  token(target: ShareTarget, name: string): unknown {
    if (target === 'threads') return this.words
    throw notShareable(
      name,
      'of threads cannot go to another process',
      `make it for processes: getContext('processes').${name}(...), or new ${name}({ ..., context: 'processes' })`,
    )
  }
}

const keyOf = (buffer: SharedArrayBuffer): string => new Int32Array(buffer, 0, headerWords).join()
