/** Which work a worker gets next, and who has to make way for it. */
import type { EntryQueue } from './entry-queue.js'
import type { PoolWorker } from './pool-worker.js'
import type { Unit } from './unit.js'

/**
 * A unit for the worker, the highest priority first. A worker that has units gets more of their kind only, and none
 * before which something waits that has a higher priority: it is to run dry and take that.
 */
export function nextUnit(queue: EntryQueue, worker: PoolWorker): Unit | undefined {
  let before = Number.NEGATIVE_INFINITY
  return queue.find(entry => {
    if (entry.slot !== undefined && entry.slot !== worker.slot) return undefined
    if (entry.priority < before) return undefined
    if (worker.units.size > 0 && entry.kind !== worker.kindNow) {
      before = Math.max(before, entry.priority)
      return undefined
    }
    return entry.take(worker)
  })
}

/** Workers of shared maps come back, at the end of their chunk, for what waits with a higher priority. */
export function makeWay(queue: EntryQueue, workers: Iterable<PoolWorker>): void {
  const { highest } = queue
  for (const worker of workers) {
    if (worker.kindNow !== 'join' || worker.phase !== 'ready') continue
    for (const unit of worker.units.values()) if (unit.priority < highest) worker.link.yield(true)
  }
}
