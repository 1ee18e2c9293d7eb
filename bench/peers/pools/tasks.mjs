/** What the pools are asked to run. Peers load this file in their workers; millrace is handed the functions themselves. */

/** @param {number} x */
export function cube(x) {
  return x ** 3
}

/** @param {{ id: number, name: string, price: number, quantity: number }} line */
export function lineTotal({ id, name, price, quantity }) {
  return { id, name, total: price * quantity }
}

/** @param {number} ms keeps its core busy */
export function busy(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
  return ms
}

/** The same for pools whose unit is a message: what a user writes by hand to make it pay. */
/** @param {number[]} items */
export function cubeAll(items) {
  return items.map(cube)
}

/** @param {Parameters<typeof lineTotal>[0][]} items */
export function lineTotalAll(items) {
  return items.map(lineTotal)
}

/** @param {number[]} items */
export function busyAll(items) {
  return items.map(busy)
}

export const TASKS = { cube, lineTotal, busy }
