import type { PoolCore } from './pool-core.js'
import type { PoolWorker } from './pool-worker.js'
import type { Assignment, Unit } from './unit.js'

// How late a time-out may be noticed, in shares of itself and in milliseconds.
const looksATimeout = 4
// Calls are sent ahead only while they take less than a millisecond.
const stallMs = 50
const [soonestMs, latestMs] = [5, 100]

/** Watches over time-outs of items and of idle workers. Its timers do not keep the process alive. */
export class TaskWatch {
  readonly #core: PoolCore
  #timer: NodeJS.Timeout | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #stallTimer: NodeJS.Timeout | undefined

  constructor(core: PoolCore) {
    this.#core = core
  }

  /** Looks from now on, as long as something with a time-out is under way. */
  start(): void {
    this.#timer ??= this.#later(this.#look())
  }

  /** Looks whether calls wait behind one that takes long. */
  startStalls(): void {
    this.#stallTimer ??= setTimeout(() => {
      this.#stallTimer = undefined
      let waiting = false
      for (const worker of this.#core.workers.values()) {
        if (
          worker.units.size < 2 ||
          worker.kindNow !== 'call' ||
          worker.stalled ||
          this.#core.concurrency > 1
        )
          continue
        waiting = true
        const started = worker.link.started()
        if (started === worker.startedSeen && started > 0) this.#core.rescue(worker)
        worker.startedSeen = started
      }
      if (waiting) this.startStalls()
    }, stallMs).unref()
  }

  startIdle(idleMs: number): void {
    this.#idleTimer ??= setTimeout(() => {
      this.#idleTimer = undefined
      if (this.#core.dropIdle(idleMs)) this.startIdle(idleMs)
    }, idleMs).unref()
  }

  #later(ms: number | undefined): NodeJS.Timeout | undefined {
    if (ms === undefined) return undefined
    return setTimeout(() => {
      this.#timer = undefined
      this.#timer = this.#later(this.#look())
    }, ms).unref()
  }

  /** Ends what is overdue; the answer is when to look again. */
  #look(): number | undefined {
    const now = performance.now()
    let shortest: number | undefined
    for (const worker of this.#core.workers.values()) {
      for (const unit of worker.units.values()) {
        if (unit.timeoutMs === undefined) continue
        shortest = Math.min(shortest ?? unit.timeoutMs, unit.timeoutMs)
        if (isOverdue(unit, worker, now)) {
          this.#core.evict(worker, unit, unit.timeoutError())
          break
        }
      }
    }
    if (shortest === undefined) return undefined
    return Math.min(latestMs, Math.max(soonestMs, shortest / looksATimeout))
  }
}

function isOverdue(unit: Unit, worker: PoolWorker, now: number): boolean {
  const assignment = unit.assignment as Assignment
  const running = unit.runningItem(worker.startedBeyond(unit))
  if (running < 0) {
    assignment.watched = -1
    return false
  }
  if (running !== assignment.watched) {
    assignment.watched = running
    assignment.watchedSince = now
  }
  return now - assignment.watchedSince > (unit.timeoutMs as number)
}
