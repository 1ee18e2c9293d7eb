import Piscina from 'piscina'

const ROWS = 65_536
const filename = new URL('./functions.mjs', import.meta.url).href

/**
 * Batches of the size that millrace takes, cloned into the workers and back, and put together, as a user writes it.
 *
 * @param {{ variant?: string }} options
 * @returns {import('../../harness/column-tasks.mjs').ColumnSession}
 */
export function connect({ variant }) {
  const workers = Number(variant)
  const pool = new Piscina({ filename, minThreads: workers, maxThreads: workers })
  return {
    open: columns => async name => {
      const rows = columns.a.length
      const out = new Float64Array(rows)
      let next = 0
      const takeTurns = async () => {
        while (next < rows) {
          const first = next
          next += ROWS
          const batch = Object.fromEntries(
            Object.entries(columns).map(([key, values]) => [key, values.slice(first, first + ROWS)]),
          )
          out.set(await pool.run(batch, { name }), first)
        }
      }
      await Promise.all(Array.from({ length: 2 * workers }, takeTurns))
      return out
    },
    close: () => pool.destroy(),
  }
}
