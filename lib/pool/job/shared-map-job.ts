import { crashError } from '../crash-error.js'
import type { PoolCore } from '../pool-core.js'
import type { PoolWorker } from '../pool-worker.js'
import type { ShippedHandle } from '../shipped-handle.js'
import { loadError, resultError, thrownError } from '../thrown-error.js'
import { type Crash, Unit } from '../unit.js'
import * as p from '../worker/protocol.js'
import { Job } from './job.js'
import type { MapSettings } from './map-settings.js'
import { resultArrays } from './result-arrays.js'
import type { ResultsSink } from './results-sink.js'

// A bit pattern that no result has: JavaScript writes NaN in one way only.
const unset = 0x7ff8_dead_0000_0001n

type ResultArray = InstanceType<(typeof resultArrays)[keyof typeof resultArrays]>

/**
 * A map over numbers in shared memory. Workers take chunks from a cursor by themselves and write numbers in place: the
 * pool is told at the end only. Results of other kinds come in messages. For threads with one task at a time.
 */
export class SharedMapJob extends Job {
  readonly kind = 'join'
  readonly total: number
  readonly #job: p.SharedJob
  readonly #sink: ResultsSink
  readonly #bits: BigUint64Array | undefined
  /** Indexes whose result came in a message, or failed. */
  readonly #settled = new Set<number>()
  /** From, to and so on: what dead workers left behind, and retries. */
  #ranges: number[] = []
  #crashed = 0
  readonly #lines: number

  constructor(
    core: PoolCore,
    fn: ShippedHandle,
    settings: MapSettings,
    sink: ResultsSink,
    items: p.UnitItems,
    workers: number,
  ) {
    super(core, fn, settings, sink)
    this.#sink = sink
    this.total = items.length
    this.#lines = Math.max(workers, core.slots) + 8
    const control = new Int32Array(new SharedArrayBuffer((p.jobSlots + this.#lines * p.slotWords) * 4))
    for (let line = 0; line < this.#lines; line++) control[this.#line(line) + p.slotCurrent] = -1
    const typed = settings.returns !== 'auto'
    const ArrayType = resultArrays[(typed ? settings.returns : 'float64') as 'float64']
    const results = new ArrayType(new SharedArrayBuffer(this.total * ArrayType.BYTES_PER_ELEMENT))
    if (!typed) this.#bits = new BigUint64Array(results.buffer).fill(unset)
    this.#job = {
      control,
      items,
      results: results as p.SharedJob['results'],
      typed,
      length: this.total,
      workers,
      chunkSize: settings.chunkSize,
      stopOnError: settings.onError === 'fail-fast' && settings.retries === 0,
    }
  }

  #line(slot: number): number {
    return p.jobSlots + slot * p.slotWords
  }

  get #cursor(): number {
    return Atomics.load(this.#job.control, p.jobCursor)
  }

  get exhausted(): boolean {
    return this.over || this.complete
  }

  protected get complete(): boolean {
    return this.#ranges.length === 0 && this.#cursor >= this.total
  }

  get done(): number {
    if (this.over) return this.total
    let sum = this.#crashed
    for (let line = 0; line < this.#lines; line++)
      sum += this.#job.control[this.#line(line) + p.slotDone] as number
    return Math.min(sum, this.total)
  }

  take(worker: PoolWorker): Unit | undefined {
    if (this.exhausted || worker.slot >= this.#lines) return undefined
    const ranges = this.#ranges
    // One worker gets what is left behind, the others have the cursor.
    this.#ranges = []
    return this.hand(new JoinUnit(this, this.#job, this.#line(worker.slot), ranges), worker)
  }

  protected again(index: number): void {
    this.#settled.delete(index)
    this.#ranges.push(index, index + 1)
  }

  returned(ranges: readonly number[]): void {
    if (ranges.length === 0 || this.over) return
    this.#ranges.push(...ranges)
    this.core.requeue(this)
  }

  receive(first: number, values: readonly unknown[] | undefined, failures: readonly p.ItemFailure[]): void {
    if (this.over) return
    if (values) {
      const step = first < 0 ? 2 : 1
      for (let i = 0; i < values.length; i += step) {
        const index = first < 0 ? (values[i] as number) : first + i
        this.#settled.add(index)
        this.sink.value(index, values[i + step - 1])
      }
    }
    for (const [index, encoded] of failures)
      this.failedAt(index, () => thrownError(encoded, this.settings.site, index))
  }

  failedAt(index: number, error: () => unknown): void {
    this.#settled.add(index)
    this.itemFailed(index, error)
  }

  /** What a dead worker had claimed: finished items stay, the one that ran fails, the rest goes back. */
  crashed(line: number, crash: Crash, guilty: boolean): void {
    const { control } = this.#job
    const current = control[line + p.slotCurrent] as number
    if (this.over || current < 0) return
    control[line + p.slotCurrent] = -1
    const left: number[] = []
    for (let i = control[line + p.slotChunkFrom] as number; i < current; i++) {
      if (this.#isMissing(i)) left.push(i, i + 1)
      else this.#crashed++
    }
    const end = control[line + p.slotChunkEnd] as number
    if (current + 1 < end) left.push(current + 1, end)
    if (this.#bits && !this.#isMissing(current)) this.#crashed++
    else if (guilty) {
      this.#crashed++
      this.failedAt(current, () => crashError(crash, current))
    } else left.push(current, current + 1)
    this.returned(left)
  }

  #isMissing(i: number): boolean {
    return this.#bits !== undefined && this.#bits[i] === unset && !this.#settled.has(i)
  }

  current(line: number): number {
    return this.#job.control[line + p.slotCurrent] as number
  }

  override stop(): void {
    Atomics.store(this.#job.control, p.jobStop, 1)
    super.stop()
  }

  protected override end(): void {
    super.end()
    const numbers = this.#job.results as unknown as ResultArray
    if (this.settings.returns !== 'auto' && this.settings.onError !== 'collect')
      this.#sink.results = numbers as never
    else this.#fill(numbers as Float64Array)
  }

  #fill(numbers: Float64Array): void {
    const { results } = this.#sink
    if (this.#settled.size === 0 && this.settings.onError !== 'collect') {
      for (let i = 0; i < numbers.length; i++) results[i] = numbers[i]
      return
    }
    for (let i = 0; i < numbers.length; i++) if (!this.#settled.has(i)) this.sink.value(i, numbers[i])
  }
}

/** A worker's share in a shared job. */
class JoinUnit extends Unit {
  readonly kind = 'join'
  readonly items = 0
  readonly #owner: SharedMapJob
  readonly #job: p.SharedJob
  readonly #line: number
  readonly #ranges: readonly number[]

  constructor(owner: SharedMapJob, job: p.SharedJob, line: number, ranges: readonly number[]) {
    super(owner.fn)
    this.#owner = owner
    this.#job = job
    this.#line = line
    this.#ranges = ranges
  }

  get priority(): number {
    return this.#owner.priority
  }

  message(): p.Message {
    return [p.join, this.id, this.fn.id, this.#job, this.#line, this.#ranges, this.#owner.id]
  }

  receive(message: p.Message, worker: PoolWorker): boolean {
    const [kind] = message
    if (kind === p.results) {
      this.#owner.receive(message[2] as number, message[3] as unknown[], message[4] as p.ItemFailure[])
      return false
    }
    if (kind === p.unserializable) {
      const index = message[2] as number
      this.#owner.failedAt(index, () => resultError(message[3] as never, index))
      return false
    }
    if (kind === p.loadFailed) this.#owner.reject(loadError(message[2] as never, this.fn))
    if (kind === p.joined) {
      const control = this.#job.control
      worker.itemsDone += control[this.#line + p.slotDone] as number
      this.#owner.returned(message[2] as number[])
    }
    this.#owner.unitOver(this)
    return true
  }

  crashed(crash: Crash): void {
    const guilty = !crash.killed || crash.killed.unit === this
    // It may not even have begun: what it was to begin with goes back.
    if (this.#owner.current(this.#line) < 0) this.#owner.returned(this.#ranges)
    this.#owner.crashed(this.#line, crash, guilty)
    this.#owner.unitOver(this)
  }

  unsendable(error: unknown): void {
    this.#owner.reject(error)
    this.#owner.unitOver(this)
  }

  rejectTask(error: unknown): void {
    this.#owner.reject(error)
  }

  get timeoutMs(): number | undefined {
    return this.#owner.settings.timeoutMs
  }

  override runningItem(): number {
    return this.#owner.current(this.#line)
  }

  timeoutError(): Error {
    return this.#owner.timeoutError(this.#owner.current(this.#line))
  }
}
