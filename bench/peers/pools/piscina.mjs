import Piscina from 'piscina'
import { chunked } from './chunked.mjs'

const filename = new URL('./tasks.mjs', import.meta.url).href

/**
 * @param {{ threads: number, variant?: string }} options
 * @returns {import('../../harness/pool-tasks.mjs').PoolSession}
 */
export function connect({ threads, variant }) {
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads })
  const apply = (name, item) => pool.run(item, { name })
  return {
    map:
      variant === 'chunked'
        ? chunked(apply, threads)
        : (name, items) => Promise.all(items.map(item => apply(name, item))),
    apply,
    close: () => pool.destroy(),
  }
}
