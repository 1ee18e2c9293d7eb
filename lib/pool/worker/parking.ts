/**
 * Between tasks a thread first looks, then sleeps on shared memory, for 50 ms at most, and then waits in its event loop.
 * Waking a sleeper costs the pool 2 us; a message to an event loop costs five times that. The loop stands still
 * meanwhile, so a worker only sleeps when nothing of a task's is left in it: no timer, socket, or unwritten output.
 */
import { boardParked } from './protocol.js'
import type { Runtime } from './runtime.js'

const spinMs = 0.03
const sleepMs = 50

let ownResources: number | undefined

export function park(runtime: Runtime, board: Int32Array, drain: () => boolean): void {
  for (;;) {
    if (!mayBlock(runtime)) break
    const began = performance.now()
    do if (drain()) continue
    while (performance.now() - began < spinMs)
    if (!runtime.idle) continue
    Atomics.store(board, boardParked, 1)
    // A message that came before the store found nobody to wake.
    if (drain()) {
      Atomics.store(board, boardParked, 0)
      continue
    }
    const woken = Atomics.wait(board, boardParked, 1, sleepMs)
    Atomics.store(board, boardParked, 0)
    if (woken === 'timed-out' && !drain()) break
    drain()
  }
}

function mayBlock(runtime: Runtime): boolean {
  if (!runtime.idle) return false
  if (process.stdout.writableLength > 0 || process.stderr.writableLength > 0) return false
  const active = process.getActiveResourcesInfo().length
  ownResources ??= active
  return active <= ownResources
}
