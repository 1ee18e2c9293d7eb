import { encodeThrown } from '../error-codec/encode-error.js'
import type { Callable } from '../functions/load-function.js'
import * as p from './protocol.js'
import { type ItemRun, runItems } from './run-items.js'
import { callItem, itemReader } from './shared-job.js'
import type { UnitRun } from './unit-run.js'

export interface ChunkUnit {
  readonly items: p.UnitItems
  /** Index of the first item in the whole input. */
  readonly first: number
  /** Items are lists of arguments. */
  readonly spread: boolean
  readonly stopOnError: boolean
}

// Finished results that wait for the end of the chunk are lost when the worker is killed; no longer than this.
const mostUnreportedMs = 1

/** Runs a chunk that came with the message; results go back in few messages. */
export function runChunkUnit(fn: Callable, unit: ChunkUnit, run: UnitRun): Promise<void> | undefined {
  const chunk = new Chunk(fn, unit, run)
  run.atExit = () => chunk.report()
  const finish = () => {
    run.atExit = undefined
    chunk.report()
    run.send([p.joined, run.unit, []])
  }
  const pending = runItems(chunk, 0, run.concurrency)
  if (pending) return pending.then(finish)
  finish()
  return undefined
}

class Chunk implements ItemRun {
  readonly to: number
  readonly run: (i: number) => unknown
  readonly #stopOnError: boolean
  readonly #unit: UnitRun
  /** Offset, value and so on, unless the results come in order. */
  #values: unknown[] = []
  #firstOffset = 0
  #failures: p.ItemFailure[] = []
  #lastReport: number = performance.now()

  constructor(fn: Callable, { items, first, spread, stopOnError }: ChunkUnit, unit: UnitRun) {
    this.to = items.length
    this.#unit = unit
    this.#stopOnError = stopOnError
    const item = itemReader(items)
    this.run = spread
      ? i => {
          unit.context.index = first + i
          return fn(...(item(i) as unknown[]))
        }
      : callItem(fn, item, unit, first)
  }

  begin(): boolean {
    const { board, job } = this.#unit
    if (board.stopped(job)) return false
    if (this.#values.length > 0 && performance.now() - this.#lastReport > mostUnreportedMs) {
      this.report()
      this.#unit.flush()
    }
    board.start()
    return true
  }

  done(i: number, value: unknown): void {
    if (i !== this.#firstOffset + this.#values.length) {
      this.report()
      this.#firstOffset = i
    }
    this.#values.push(value)
  }

  fail(i: number, error: unknown): boolean {
    this.#failures.push([i, encodeThrown(error)])
    this.report()
    this.#unit.flush()
    return !this.#stopOnError
  }

  report(): void {
    this.#lastReport = performance.now()
    if (this.#values.length === 0 && this.#failures.length === 0) return
    this.#unit.send([p.results, this.#unit.unit, this.#firstOffset, this.#values, this.#failures])
    this.#firstOffset += this.#values.length
    this.#values = []
    this.#failures = []
  }
}
