import { Pool } from '../../../dist/bundle/index.js'
import { TASKS } from './tasks.mjs'

/**
 * @param {{ threads: number }} options
 * @returns {import('../../harness/pool-tasks.mjs').PoolSession}
 */
export function connect({ threads }) {
  const pool = new Pool(threads)
  return {
    map: (name, items, options) => pool.map(TASKS[name], items, options),
    apply: (name, item) => pool.apply(TASKS[name], [item]),
    close: () => pool.terminate(),
  }
}
