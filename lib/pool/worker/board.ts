// What the pool must know of a worker that can no longer say it: how many items it has started. Threads share memory; a
// child process writes into a file that it inherits, which outlives a SIGKILL.
import { readSync, writeSync } from 'node:fs'
import { boardRecall, boardStarted, boardStop, boardWords, boardYield } from './protocol.js'

export interface Board {
  /** One more item starts. */
  start(): void
  /** The items of that job are not wanted any more. */
  stopped(job: number): boolean
  /** The pool wants the worker back from a shared job. */
  yields(): boolean
  /** Calls that come now are not this worker's any more. */
  recalled(): boolean
}

export class SharedBoard implements Board {
  readonly words: Int32Array

  constructor(words: Int32Array) {
    this.words = words
  }

  start(): void {
    Atomics.add(this.words, boardStarted, 1)
  }

  stopped(job: number): boolean {
    return Atomics.load(this.words, boardStop) === job
  }

  yields(): boolean {
    return Atomics.load(this.words, boardYield) !== 0
  }

  recalled(): boolean {
    return Atomics.load(this.words, boardRecall) !== 0
  }
}

const msBetweenReads = 2

/** The same words in a file: a write an item (a microsecond), a read every two milliseconds. */
export class FileBoard implements Board {
  readonly #fd: number
  readonly #word = new Int32Array(1)
  readonly #bytes = new Uint8Array(this.#word.buffer)
  #started = 0
  #stopJob = 0
  #lastRead = 0

  constructor(fd: number) {
    this.#fd = fd
  }

  start(): void {
    this.#word[0] = ++this.#started
    writeSync(this.#fd, this.#bytes, 0, 4, boardStarted * 4)
  }

  stopped(job: number): boolean {
    const now = performance.now()
    if (now - this.#lastRead > msBetweenReads) {
      this.#lastRead = now
      if (readSync(this.#fd, this.#bytes, 0, 4, boardStop * 4) === 4) this.#stopJob = this.#word[0] as number
    }
    return this.#stopJob === job
  }

  /** Processes share no jobs. */
  yields(): boolean {
    return false
  }

  recalled(): boolean {
    return readSync(this.#fd, this.#bytes, 0, 4, boardRecall * 4) === 4 && this.#word[0] !== 0
  }
}

export const boardBytes: number = boardWords * 4
