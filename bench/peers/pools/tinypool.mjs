import Tinypool from 'tinypool'

const filename = new URL('./tasks.mjs', import.meta.url).href

/**
 * @param {{ threads: number }} options
 * @returns {import('../../harness/pool-tasks.mjs').PoolSession}
 */
export function connect({ threads }) {
  const pool = new Tinypool({ filename, minThreads: threads, maxThreads: threads })
  const apply = (name, item) => pool.run(item, { name })
  return {
    map: (name, items) => Promise.all(items.map(item => apply(name, item))),
    apply,
    close: () => pool.destroy(),
  }
}
