import type { CallSite } from '../../core/errors.js'
import { crashError, timeoutError } from '../crash-error.js'
import type { PoolCore } from '../pool-core.js'
import type { TaskProgress, TaskStatus } from '../pool-task.js'
import type { PoolWorker } from '../pool-worker.js'
import type { ShippedHandle } from '../shipped-handle.js'
import { argumentError, loadError, resultError, thrownError } from '../thrown-error.js'
import type { Transferable } from '../transferable.js'
import { type Crash, type QueueEntry, Unit } from '../unit.js'
import * as p from '../worker/protocol.js'

export interface CallSettings {
  readonly priority: number
  readonly slot: number | undefined
  readonly timeoutMs: number | undefined
  readonly graceMs: number
  readonly retries: number
  readonly transfer: readonly Transferable[] | undefined
  readonly onProgress: ((progress: TaskProgress) => void) | undefined
  readonly site: CallSite | undefined
}

/** One call of `apply`: the task and its unit at once, because there may be a million of them. */
export class CallUnit extends Unit implements QueueEntry {
  protected readonly args: unknown
  protected readonly settings: CallSettings
  readonly #resolve: (value: never) => void
  readonly #reject: (error: unknown) => void
  #outcome: 'none' | 'done' | 'failed' = 'none'
  worker: PoolWorker | undefined
  #failures = 0

  constructor(
    fn: ShippedHandle,
    args: unknown,
    settings: CallSettings,
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
  ) {
    super(fn)
    this.args = args
    this.settings = settings
    this.#resolve = resolve
    this.#reject = reject
  }

  protected get core(): PoolCore {
    return this.fn.core
  }

  protected get settled(): boolean {
    return this.#outcome !== 'none'
  }

  get exhausted(): boolean {
    return this.worker !== undefined || this.settled
  }

  get kind(): 'call' | 'stream' {
    return 'call'
  }

  get items(): number {
    return 1
  }

  get timeoutMs(): number | undefined {
    return this.settings.timeoutMs
  }

  get priority(): number {
    return this.settings.priority
  }

  get slot(): number | undefined {
    return this.settings.slot
  }

  override get transfer(): readonly Transferable[] | undefined {
    return this.settings.transfer
  }

  take(worker: PoolWorker): Unit | undefined {
    if (this.settled) return undefined
    this.worker = worker
    return this
  }

  message(_: PoolWorker): p.Message {
    return [p.call, this.id, this.fn.id, this.args]
  }

  receive(message: p.Message, worker: PoolWorker): boolean {
    const [kind, , value] = message
    if (kind === p.reported) {
      this.settings.onProgress?.({ fraction: value as number, note: message[3] as string | undefined })
      return false
    }
    this.worker = undefined
    if (kind === p.called) {
      worker.itemsDone++
      this.resolve(value)
    } else if (kind === p.failed) {
      worker.itemsDone++
      this.#failed(() => thrownError(value as never, this.settings.site))
    } else if (kind === p.loadFailed) this.reject(loadError(value as never, this.fn))
    else if (kind === p.unserializable) this.reject(resultError(message[3] as never))
    return true
  }

  crashed(crash: Crash, started: number): void {
    this.worker = undefined
    if (this.settled) return
    // Innocent: it had not begun, it was done and later ones ran, or another task's time was up.
    const over = started > 1 && this.core.concurrency === 1
    const innocent = started <= 0 || over || (crash.killed && crash.killed.unit !== this)
    if (innocent) this.requeue()
    else this.#failed(() => crashError(crash))
  }

  unsendable(error: unknown): void {
    this.reject(argumentError(error, this.args, `an argument of ${this.what}`))
  }

  protected get what(): string {
    return 'apply'
  }

  timeoutError(): Error {
    return timeoutError(this.timeoutMs as number)
  }

  override runningItem(started: number): number {
    const done = started > 1 && this.core.concurrency === 1
    return this.settled || done || started < 1 ? -1 : 0
  }

  #failed(error: () => unknown): void {
    if (this.settled) return
    if (this.#failures++ < this.settings.retries) this.requeue()
    else this.reject(error())
  }

  override recalled(): void {
    this.worker = undefined
    if (!this.settled) this.requeue()
  }

  protected requeue(): void {
    this.core.requeue(this)
  }

  protected resolve(value: unknown): void {
    if (this.settled) return
    this.#outcome = 'done'
    this.#resolve(value as never)
    this.core.taskEnded(this.fn, false)
  }

  reject(error: unknown): void {
    if (this.settled) return
    this.#outcome = 'failed'
    this.#reject(error)
    this.core.taskEnded(this.fn, true)
  }

  rejectTask(error: unknown): void {
    this.reject(error)
  }

  abort(reason: unknown): void {
    if (this.settled) return
    this.reject(reason)
    const { worker } = this
    if (!worker) return
    worker.send([p.abort, this.id])
    this.core.evictLater(worker, this, this.settings.graceMs)
  }

  get status(): TaskStatus {
    if (this.#outcome !== 'none') return this.#outcome
    return this.worker && this.worker.startedOf(this) > 0 ? 'running' : 'queued'
  }
}
