import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMALL_QUERY, smallColumns } from '../jobs/queries.mjs'

const EVENT_LOOP_RUNS = 5
const ABORTS = 10

/**
 * How late the event loop's timers fire while a query runs. The monitor ticks every millisecond, which is part of what it
 * reports.
 *
 * @param {() => Promise<unknown>} job
 */
export async function eventLoopDelay(job) {
  await job()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await sleep(5)
  delay.reset()
  for (let run = 0; run < EVENT_LOOP_RUNS; run++) {
    await job()
    // A job that held the loop to its end shows only when the monitor's timer fires again.
    await sleep(2)
  }
  delay.disable()
  return { p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 }
}

/**
 * What a query costs when there is nearly nothing to compute: 1,000 rows in memory, asked one at a time.
 *
 * @param {import('./contender.mjs').Session} session
 * @param {import('./contender.mjs').Task} task
 */
export async function fixedCost(session, { queries }) {
  const query = await session.memoryQuery(smallColumns(), SMALL_QUERY)
  for (let i = 0; i < queries / 5; i++) await query()
  const times = []
  for (let i = 0; i < queries; i++) {
    const start = performance.now()
    await query()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return { medianUs: times[times.length >> 1] * 1000, p99Us: times[Math.floor(times.length * 0.99)] * 1000 }
}

/**
 * The time from `abort()` to the rejection, in the middle of a query. Queries that were faster than that are left out.
 *
 * @param {import('./contender.mjs').Session} session
 * @param {import('./contender.mjs').Task} task
 */
export async function abortLatency(session, { path, query }) {
  const start = performance.now()
  await session.aggregate(path, query)
  const middle = (performance.now() - start) / 2
  const times = []
  for (let i = 0; i < ABORTS; i++) {
    const controller = new AbortController()
    const running = session.abortable(path, query, controller.signal).then(
      () => undefined,
      reason => {
        if (reason !== controller.signal.reason) throw reason
        return performance.now()
      },
    )
    await sleep(middle)
    const aborted = performance.now()
    controller.abort()
    const settled = await running
    if (settled !== undefined) times.push(Math.max(0, settled - aborted))
  }
  times.sort((a, b) => a - b)
  return { aborts: times.length, medianMs: times[times.length >> 1] ?? null, maxMs: times.at(-1) ?? null }
}
