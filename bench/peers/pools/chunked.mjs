/**
 * A map of a pool that has none, as its user writes it once one message an item costs too much: four chunks a worker.
 *
 * @param {(name: string, items: unknown[]) => Promise<unknown[]>} apply
 * @param {number} workers
 */
export function chunked(apply, workers) {
  return async (/** @type {string} */ name, /** @type {unknown[]} */ items) => {
    const size = Math.ceil(items.length / (4 * workers))
    const chunks = Array.from({ length: 4 * workers }, (_, at) => items.slice(at * size, (at + 1) * size))
    return (await Promise.all(chunks.map(chunk => apply(`${name}All`, chunk)))).flat()
  }
}
