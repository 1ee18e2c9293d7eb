/**
 * Answers in one form for every contender: rows sorted by their key's text, numbers as numbers.
 *
 * @typedef {{ keys: string[], values: (number | null)[][] }} Answer values by aggregate, then by row
 */

const DAY_MS = 86_400_000
const RELATIVE_TOLERANCE = 1e-9
const KEY_SEPARATOR = '\u0001'

/**
 * @param {import('./contender.mjs').Columns} columns
 * @param {import('../jobs/queries.mjs').Query} query
 * @returns {Answer}
 */
export function canonicalColumns(columns, { by, dates = [], aggregates }) {
  const rows = columns[by[0]].length
  const keys = Array.from({ length: rows }, (_, row) =>
    by.map(name => keyText(columns[name][row], dates.includes(name))).join(KEY_SEPARATOR),
  )
  const order = Array.from(keys.keys()).sort((a, b) => (keys[a] < keys[b] ? -1 : 1))
  return {
    keys: order.map(row => keys[row]),
    values: aggregates.map(({ as }) => order.map(row => numberOrNull(columns[as][row]))),
  }
}

/**
 * The sums that tell whether the rows of a shape are right, and for sorts whether they stand where they belong.
 *
 * @param {import('../jobs/queries.mjs').Shape} shape
 * @param {(name: string) => ArrayLike<number | bigint>} column
 */
export function checkSums({ kind, checked }, column) {
  const ordered = kind === 'sort' || kind === 'top'
  const sums = checked.map(name => weightedSum(column(name), ordered))
  return { check: ['rows', ...checked], value: [column(checked[0]).length, ...sums] }
}

/**
 * @param {ArrayLike<number | bigint>} values
 * @param {boolean} ordered
 */
function weightedSum(values, ordered) {
  let sum = 0
  // What is undefined, as the correlation of one row, is null to some and NaN to others.
  for (let row = 0; row < values.length; row++) sum += (Number(values[row]) || 0) * (ordered ? row : 1)
  return sum
}

/**
 * @param {unknown} key
 * @param {boolean} isDate a number is then days since 1970-01-01
 */
function keyText(key, isDate) {
  if (key instanceof Date) return key.toISOString().slice(0, 10)
  if (isDate && typeof key === 'number') return new Date(key * DAY_MS).toISOString().slice(0, 10)
  return String(key)
}

/**
 * The mean of nothing is null to some and NaN to others.
 *
 * @param {unknown} value
 */
function numberOrNull(value) {
  const number = value === null || value === undefined ? NaN : Number(value)
  return Number.isNaN(number) ? null : number
}

/**
 * @param {Answer} expected
 * @param {Answer} actual
 * @returns {string | undefined} the first difference in words, or undefined when they agree
 */
export function difference(expected, actual) {
  if (expected.keys.length !== actual.keys.length) {
    return `${actual.keys.length} rows instead of ${expected.keys.length}`
  }
  const wrongKey = expected.keys.findIndex((key, row) => key !== actual.keys[row])
  if (wrongKey >= 0)
    return `key ${shown(actual.keys[wrongKey])} where ${shown(expected.keys[wrongKey])} belongs`
  for (const [column, values] of expected.values.entries()) {
    const row = values.findIndex((value, at) => !nearlyEqual(value, actual.values[column][at]))
    if (row < 0) continue
    const key = shown(expected.keys[Math.min(row, expected.keys.length - 1)])
    return `${actual.values[column][row]} instead of ${values[row]} in value ${column + 1} of ${key}`
  }
  return undefined
}

/** @param {string} key */
function shown(key) {
  return JSON.stringify(key.replaceAll(KEY_SEPARATOR, ', '))
}

/**
 * @param {number | null} a
 * @param {number | null} b
 */
function nearlyEqual(a, b) {
  if (a === null || b === null || a === undefined || b === undefined) return a === b
  return Object.is(a, b) || Math.abs(a - b) <= RELATIVE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
}
