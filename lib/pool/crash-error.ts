import { TaskTimeoutError, WorkerCrashedError, WorkerOutOfMemoryError } from './errors.js'
import type { Crash } from './unit.js'

/** What the item is told that ran when its worker ended. */
export function crashError({ exit, worker, killed }: Crash, taskIndex?: number): Error {
  if (killed?.error) return killed.error
  const { exitCode, signal, stderr, outOfMemory, error } = exit
  const facts = { exitCode, signal, stderr, workerId: worker.id, taskIndex, cause: error }
  const item = taskIndex === undefined ? 'the task' : `item ${taskIndex}`
  if (outOfMemory)
    return new WorkerOutOfMemoryError(`worker ${worker.id} ran out of memory while it ran ${item}`, {
      ...facts,
      hint: "give the workers more (memoryLimit: '2GB'), smaller items, or a smaller chunkSize",
    })
  const how = signal ? `was ended by ${signal}` : `exited with code ${exitCode}`
  return new WorkerCrashedError(`worker ${worker.id} ${how} while it ran ${item}`, facts)
}

export function timeoutError(timeoutMs: number, taskIndex?: number): TaskTimeoutError {
  const item = taskIndex === undefined ? 'the task' : `item ${taskIndex}`
  return new TaskTimeoutError(`${item} ran longer than its timeout of ${timeoutMs} ms and was stopped`, {
    timeoutMs,
    taskIndex,
  })
}
