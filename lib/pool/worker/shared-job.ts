import { encodeThrown } from '../error-codec/encode-error.js'
import type { Callable } from '../functions/load-function.js'
import * as p from './protocol.js'
import { type ItemRun, runItems } from './run-items.js'
import type { UnitRun } from './unit-run.js'

// A chunk should take about this long: short enough to balance, to stop and to report; long enough to cost nothing.
const chunkMs = 2
const largestChunk = 1 << 20

/** Takes chunks from a shared job until there are none. `ranges` are what dead workers left behind, as from, to pairs. */
export function joinJob(
  fn: Callable,
  job: p.SharedJob,
  slot: number,
  ranges: readonly number[],
  run: UnitRun,
): Promise<void> | undefined {
  const { control } = job
  const left = [...ranges]
  let size = job.chunkSize || 1

  const claim = (): [from: number, to: number] | undefined => {
    if (Atomics.load(control, p.jobStop) !== 0 || run.board.yields()) return undefined
    if (left.length > 0) return left.splice(0, 2) as [number, number]
    if (job.chunkSize === 0) {
      const remaining = job.length - Atomics.load(control, p.jobCursor)
      size = Math.max(1, Math.min(size, Math.ceil(remaining / (2 * job.workers))))
    }
    const from = Atomics.add(control, p.jobCursor, size)
    return from >= job.length ? undefined : [from, Math.min(from + size, job.length)]
  }

  const work = (): Promise<void> | undefined => {
    for (let claimed = claim(); claimed; claimed = claim()) {
      const began = performance.now()
      const pending = runChunk(fn, job, slot, claimed, run)
      if (pending) return pending.then(work)
      size = nextSize(size, performance.now() - began)
    }
    run.send([p.joined, run.unit, left])
    return undefined
  }
  return work()
}

/** Grows at most twofold, so that a light item does not decide for a thousand heavy ones. */
function nextSize(size: number, elapsedMs: number): number {
  if (elapsedMs <= chunkMs / 2) return Math.min(size * 2, largestChunk)
  return Math.max(1, Math.floor(size * Math.min(1, chunkMs / elapsedMs)))
}

function runChunk(
  fn: Callable,
  job: p.SharedJob,
  slot: number,
  [from, to]: readonly [number, number],
  run: UnitRun,
): Promise<void> | undefined {
  const chunk = new SharedChunk(fn, job, slot, to, run)
  job.control[slot + p.slotChunkFrom] = from
  job.control[slot + p.slotChunkEnd] = to
  run.atExit = () => chunk.sendValues()
  const finish = () => chunk.finish()
  const pending = runItems(chunk, from, run.concurrency)
  if (pending) return pending.then(finish)
  finish()
  return undefined
}

class SharedChunk implements ItemRun {
  readonly to: number
  readonly run: (i: number) => unknown
  readonly #job: p.SharedJob
  readonly #slot: number
  readonly #unit: UnitRun
  #done = 0
  /** Index, value and so on of the results that are no numbers. */
  #values: unknown[] = []

  constructor(fn: Callable, job: p.SharedJob, slot: number, to: number, unit: UnitRun) {
    this.to = to
    this.#job = job
    this.#slot = slot
    this.#unit = unit
    this.run = callItem(fn, itemReader(job.items), unit, 0)
  }

  begin(i: number): boolean {
    const { control } = this.#job
    control[this.#slot + p.slotCurrent] = i
    return Atomics.load(control, p.jobStop) === 0
  }

  done(i: number, value: unknown): void {
    this.#done++
    const { results, typed } = this.#job
    if (typeof value === 'number' || (typed && typeof value === 'bigint')) {
      try {
        results[i] = value
      } catch (error) {
        this.fail(i, error) // a number for an array of bigints, or the other way round
      }
    } else if (typed) {
      this.fail(
        i,
        new TypeError(
          `the result is ${value === null ? 'null' : typeof value}, but \`returns\` asks for numbers`,
        ),
      )
    } else this.#values.push(i, value)
  }

  fail(i: number, error: unknown): boolean {
    const { control, stopOnError } = this.#job
    Atomics.add(control, this.#slot + p.slotFailed, 1)
    // At once: should the next item kill this worker, this failure is known.
    this.#unit.send([p.results, this.#unit.unit, 0, undefined, [[i, encodeThrown(error)]]])
    this.#unit.flush()
    return !stopOnError
  }

  sendValues(): void {
    const values = this.#values
    if (values.length > 0) this.#unit.send([p.results, this.#unit.unit, -1, values, []])
    this.#values = []
  }

  finish(): void {
    this.sendValues()
    this.#unit.atExit = undefined
    const { control } = this.#job
    Atomics.add(control, this.#slot + p.slotDone, this.#done)
    // Whatever becomes of this worker now, nothing of the chunk is open.
    control[this.#slot + p.slotCurrent] = -1
  }
}

/** Item `i` of any kind of input. */
export function itemReader(items: p.UnitItems): (i: number) => unknown {
  if ('range' in items) {
    const { start, step } = items
    return i => start + i * step
  }
  return i => items[i]
}

/** Calls `fn` for item `i`, with a context where it declares a parameter for one. */
export function callItem(
  fn: Callable,
  item: (i: number) => unknown,
  run: UnitRun,
  firstIndex: number,
): (i: number) => unknown {
  const { context } = run
  if (fn.length < 2)
    return i => {
      context.index = firstIndex + i
      return fn(item(i))
    }
  return i => {
    context.index = firstIndex + i
    return fn(item(i), context)
  }
}
