import { fileURLToPath } from 'node:url'
import workerpool from 'workerpool'

const script = fileURLToPath(new URL('./workerpool-worker.mjs', import.meta.url))

/**
 * @param {{ threads: number }} options
 * @returns {import('../../harness/pool-tasks.mjs').PoolSession}
 */
export function connect({ threads }) {
  const options = { minWorkers: threads, maxWorkers: threads, workerType: 'thread' }
  const pool = workerpool.pool(script, /** @type {any} */ (options))
  const apply = (name, item) => pool.exec(name, [item])
  return {
    map: (name, items) => Promise.all(items.map(item => apply(name, item))),
    apply,
    close: () => pool.terminate(true),
  }
}
