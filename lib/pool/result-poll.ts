import type { PoolCore } from './pool-core.js'

const pollMs = 0.1

/**
 * Looks for results at every turn of the event loop for a moment, instead of being woken: waking a sleeping loop takes
 * longer than most tasks that are awaited one by one. Other events get their turn in between.
 */
export class ResultPoll {
  readonly #core: PoolCore
  #until = 0
  #running = false

  constructor(core: PoolCore) {
    this.#core = core
  }

  start(): void {
    this.#until = performance.now() + pollMs
    if (this.#running) return
    this.#running = true
    setImmediate(this.#look)
  }

  readonly #look = (): void => {
    for (const worker of this.#core.workers.values()) if (worker.units.size > 0) worker.link.drain()
    if (this.#core.pending > 0 && performance.now() < this.#until) setImmediate(this.#look)
    else this.#running = false
  }
}
