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
  readonly status: TaskStatus
}

// There may be a million tasks in flight: a promise's own two functions are all that one costs beside itself.
let lastResolve: (value: never) => void
let lastReject: (error: unknown) => void
const capture = (resolve: (value: never) => void, reject: (error: unknown) => void): void => {
  lastResolve = resolve
  lastReject = reject
}

/** A promise of a Pool, which can be aborted. `then` gives plain promises. */
export class PoolTask<R> extends Promise<R> {
  #control: TaskControl | undefined

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  /** A task and the functions that settle it. */
  static create<R>(): { task: PoolTask<R>; resolve: (value: R) => void; reject: (error: unknown) => void } {
    const task = new PoolTask<R>(capture as never)
    return { task, resolve: lastResolve as (value: R) => void, reject: lastReject }
  }

  /** @internal */
  attach(control: TaskControl): this {
    this.#control = control
    return this
  }

  get status(): TaskStatus {
    return this.#control?.status ?? 'failed'
  }

  /**
   * Gives the task up: it rejects at once with `reason` (an AbortError by default). An item that runs has `graceMs` to
   * end by itself, then its worker is replaced. Does nothing when the task has ended.
   */
  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    this.#control?.abort(reason)
  }
}
