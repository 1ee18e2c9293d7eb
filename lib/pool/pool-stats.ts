import type { PoolCore } from './pool-core.js'

export interface WorkerStats {
  readonly workerId: number
  /** Of the process, in a pool of processes. */
  readonly pid: number | undefined
  readonly phase: 'starting' | 'ready' | 'leaving' | 'gone'
  readonly tasksDone: number
  readonly running: number
  /** Heap and buffers of a thread, or all memory of a process. */
  readonly memoryBytes: number
  /** Processor time of the thread, or of the process; before Node 23.9 a thread off Linux tells how long its event loop was busy. */
  readonly cpuMs: number
}

export interface PoolStats {
  readonly workers: readonly WorkerStats[]
  readonly queued: number
  readonly running: number
  readonly completed: number
  readonly failed: number
  /** Workers that ended without being asked to. */
  readonly crashes: number
}

export function statsOf(core: PoolCore): PoolStats {
  core.askUsage()
  const workers = [...core.workers.values()]
  return {
    workers: workers.map(worker => ({
      workerId: worker.id,
      pid: worker.link.pid,
      phase: worker.phase,
      tasksDone: worker.itemsDone,
      running: worker.units.size,
      memoryBytes: worker.memoryBytes,
      cpuMs: worker.cpuMs,
    })),
    queued: core.queueSize,
    running: workers.reduce((sum, worker) => sum + worker.units.size, 0),
    completed: core.tasksCompleted,
    failed: core.tasksFailed,
    crashes: core.crashes,
  }
}
