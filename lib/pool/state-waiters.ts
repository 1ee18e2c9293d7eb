import { TimeoutError } from './errors.js'

/** Promises of states that a pool will be in. */
export class StateWaiters {
  readonly #checks = new Set<() => void>()

  /** Waits for a state; keeps the process alive meanwhile. Rejects with ERR_TIMEOUT when it takes longer. */
  until(condition: () => boolean, timeoutMs?: number): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const hold = setInterval(() => {}, 2 ** 30)
      const late = () => settle(new TimeoutError(`the pool was not done within ${timeoutMs} ms`))
      const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs)
      const check = () => {
        if (condition()) settle()
      }
      const settle = (error?: Error) => {
        this.#checks.delete(check)
        clearInterval(hold)
        clearTimeout(timer)
        if (error) reject(error)
        else resolve()
      }
      this.#checks.add(check)
    })
  }

  /** The state has changed. */
  tell(): void {
    if (this.#checks.size > 0) for (const check of [...this.#checks]) check()
  }
}
