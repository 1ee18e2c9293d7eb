import { TimeoutError } from './errors.js'
import type { PoolTask } from './pool-task.js'

/** Python's `AsyncResult`: a result to ask for later. A failure that nobody asks for is no unhandled rejection. */
export class AsyncResult<R> {
  readonly #task: PoolTask<R>
  #outcome: 'pending' | 'value' | 'error' = 'pending'

  constructor(task: PoolTask<R>) {
    this.#task = task
    task.then(
      () => {
        this.#outcome = 'value'
      },
      () => {
        this.#outcome = 'error'
      },
    )
  }

  /** The result; throws the task's error, or ERR_TIMEOUT when it takes longer (the task goes on). */
  async get(options: { readonly timeout?: number } = {}): Promise<R> {
    if (options.timeout === undefined) return this.#task
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new TimeoutError(`no result within ${options.timeout} ms; the task goes on`)),
        options.timeout,
      )
    })
    try {
      return await Promise.race([this.#task, late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Waits for the end, whatever it is; false when it takes longer than `timeout`. */
  async wait(options: { readonly timeout?: number } = {}): Promise<boolean> {
    try {
      await this.get(options)
    } catch (error) {
      if (error instanceof TimeoutError && this.#outcome === 'pending') return false
    }
    return true
  }

  ready(): boolean {
    return this.#outcome !== 'pending'
  }

  /** Throws ERR_TIMEOUT while the result is not there. */
  successful(): boolean {
    if (this.#outcome === 'pending') throw new TimeoutError('the result is not there yet')
    return this.#outcome === 'value'
  }

  abort(reason?: unknown): void {
    this.#task.abort(reason)
  }
}
