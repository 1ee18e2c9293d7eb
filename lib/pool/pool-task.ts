/** What a task reports on its way. */
export interface TaskProgress {
  /** From 0 to 1. */
  readonly fraction: number
  readonly note: string | undefined
}

export type TaskStatus = 'queued' | 'running' | 'done' | 'failed'

/** What stands behind a PoolTask. */
export interface TaskControl {
  abort(reason: unknown): void
  readonly running: boolean
}

/** A promise of a Pool, which can be aborted. `then` gives plain promises. */
export class PoolTask<R> extends Promise<R> {
  #control: TaskControl | undefined
  #settled: 'done' | 'failed' | undefined

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  /** A task and the functions that settle it. */
  static create<R>(): { task: PoolTask<R>; resolve(value: R): void; reject(error: unknown): void } {
    let settle!: [(value: R) => void, (error: unknown) => void]
    const task = new PoolTask<R>((resolve, reject) => {
      settle = [resolve, reject]
    })
    return {
      task,
      resolve(value) {
        task.#settled ??= 'done'
        settle[0](value)
      },
      reject(error) {
        task.#settled ??= 'failed'
        settle[1](error)
      },
    }
  }

  /** @internal */
  attach(control: TaskControl): this {
    this.#control = control
    return this
  }

  get status(): TaskStatus {
    return this.#settled ?? (this.#control?.running ? 'running' : 'queued')
  }

  /**
   * Gives the task up: it rejects at once with `reason` (an AbortError by default). An item that runs has `graceMs` to
   * end by itself, then its worker is replaced. Does nothing when the task has ended.
   */
  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (!this.#settled) this.#control?.abort(reason)
  }
}
