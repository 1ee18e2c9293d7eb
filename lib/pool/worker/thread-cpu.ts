import { readFileSync } from 'node:fs'

/**
 * Milliseconds for which this thread has had a processor. From Node 23.9 on Node knows it; before that Linux does.
 * Elsewhere it is the time in which the event loop was busy, which counts waiting inside a task as work.
 */
export function threadCpuMs(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } }
  if (threadCpuUsage) {
    const { user, system } = threadCpuUsage()
    return (user + system) / 1000
  }
  return scheduledMs() ?? performance.eventLoopUtilization().active
}

/** Linux: the first number are the nanoseconds on a processor. */
function scheduledMs(): number | undefined {
  try {
    const ms = Number.parseInt(readFileSync('/proc/thread-self/schedstat', 'latin1'), 10) / 1e6
    return ms > 0 ? ms : undefined // zero where the kernel does not count
  } catch {
    return undefined
  }
}
