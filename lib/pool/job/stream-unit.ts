import type { PoolWorker } from '../pool-worker.js'
import type { Crash } from '../unit.js'
import * as p from '../worker/protocol.js'
import { CallUnit } from './call-unit.js'
import type { ResultQueue } from './result-queue.js'

/** A generator that runs in a worker, as far ahead of its reader as `buffer` allows. */
export class StreamUnit extends CallUnit {
  /** Where the values go. */
  output!: ResultQueue<unknown>
  buffer = 1
  #streamed = false

  override get kind(): 'stream' {
    return 'stream'
  }

  override message(_: PoolWorker): p.Message {
    return [p.stream, this.id, this.fn.id, this.args, this.buffer]
  }

  override receive(message: p.Message, worker: PoolWorker): boolean {
    if (message[0] !== p.streamed) return super.receive(message, worker)
    this.#streamed = true
    if (!this.settled) this.output.push(message[2])
    return false
  }

  /** The reader took a value. */
  read(): void {
    this.worker?.send([p.credit, this.id, 1])
    this.core.dispatchSoon()
  }

  /** The reader has gone: the generator gets its `return`. */
  leave(): void {
    this.abort(undefined)
  }

  override crashed(crash: Crash, started: number): void {
    // Values that have been read cannot be taken back: such a stream is not begun again.
    super.crashed(
      this.#streamed ? { ...crash, killed: { unit: this, error: crash.killed?.error } } : crash,
      started,
    )
  }

  protected override get what(): string {
    return 'stream'
  }
}
