// What the workers of pools did, for a dashboard: the form of the engine's events (`native/exec/threads/task_events.h`), six
// numbers each: kind, pool, worker, start and end in nanoseconds of the monotonic clock, and items.

const ringEvents = 4_096
const doubles = 6
/** The engine's kinds come first. */
export const poolUnit = 100

const ring = new Float64Array(ringEvents * doubles)
// From performance.now() to the monotonic clock that the engine reads.
const clockOffsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now()

let first = 0
let count = 0

/** Keeps the newest events: an old one gives way. */
export function recordTask(
  pool: number,
  worker: number,
  startMs: number,
  endMs: number,
  items: number,
): void {
  const at = ((first + count) % ringEvents) * doubles
  if (count === ringEvents) first = (first + 1) % ringEvents
  else count++
  ring[at] = poolUnit
  ring[at + 1] = pool
  ring[at + 2] = worker
  ring[at + 3] = (startMs + clockOffsetMs) * 1e6
  ring[at + 4] = (endMs + clockOffsetMs) * 1e6
  ring[at + 5] = items
}

/** Moves the oldest events into `into`; the answer is how many. */
export function drainPoolEvents(into: Float64Array): number {
  const events = Math.min(count, Math.floor(into.length / doubles))
  for (let i = 0; i < events; i++) {
    const at = ((first + i) % ringEvents) * doubles
    into.set(ring.subarray(at, at + doubles), i * doubles)
  }
  first = (first + events) % ringEvents
  count -= events
  return events
}
