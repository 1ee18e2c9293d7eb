/**
 * What is computed of columns, as each contender runs it: the whole columns on the main thread, or a batch in a worker.
 * Nothing but globals, so that it travels.
 *
 * @typedef {Record<'a' | 'b' | 'c' | 'd', Float64Array>} Columns
 */

/** @param {Columns} columns latitudes and longitudes of two places, in degrees; kilometres come back */
export function haversine({ a, b, c, d }) {
  const distance = new Float64Array(a.length)
  const radians = Math.PI / 180
  for (let row = 0; row < distance.length; row++) {
    const north = Math.sin(((c[row] - a[row]) * radians) / 2)
    const east = Math.sin(((d[row] - b[row]) * radians) / 2)
    const h = north * north + Math.cos(a[row] * radians) * Math.cos(c[row] * radians) * east * east
    distance[row] = 12_742 * Math.asin(Math.sqrt(h))
  }
  return distance
}

/** @param {Columns} columns */
export function sum({ a, b, c, d }) {
  const total = new Float64Array(a.length)
  for (let row = 0; row < total.length; row++) total[row] = a[row] + b[row] + c[row] + d[row]
  return total
}

export const FUNCTIONS = { haversine, sum }
