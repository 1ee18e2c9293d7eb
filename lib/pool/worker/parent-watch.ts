import { Worker } from 'node:worker_threads'

/**
 * Has a thread end this process soon after its parent, even while the main thread is in an endless loop and cannot see
 * that the channel has closed. Costs a thread that looks four times a second. Windows does not tell of a parent's end.
 */
export function endWithParent(parent: number): void {
  if (process.platform === 'win32') return
  const watch = `setInterval(() => { if (process.ppid !== ${parent}) process.kill(process.pid, 'SIGKILL') }, 250)`
  new Worker(watch, {
    eval: true,
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
  }).unref()
}
