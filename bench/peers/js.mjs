import { DayKeys, TextKeys } from './js-keys.mjs'
import { scanRows } from './js-scan.mjs'

const ZERO = 48
const POINT = 46
const MINUS = 45
const POWERS = Float64Array.from({ length: 17 }, (_, i) => 10 ** i)

/**
 * What a careful person writes by hand in plain JavaScript: big synchronous reads, no string per cell, only the wanted
 * fields converted, numbers of a group side by side in one typed array. One thread.
 *
 * @returns {Promise<import('../harness/contender.mjs').Session>}
 */
export async function connect() {
  return { aggregate: async (path, query) => aggregateFile(path, query) }
}

/**
 * @param {string} path
 * @param {import('../jobs/queries.mjs').Query} query with one key
 * @returns {Record<string, ArrayLike<unknown>>}
 */
export function aggregateFile(path, query) {
  const { filter, by, dates, aggregates } = query
  const inputs = [...new Set(aggregates.map(({ column }) => column))]
  const wanted = [...new Set([by[0], ...inputs, ...(filter ? [filter.column] : [])])]
  const keys = dates ? new DayKeys() : new TextKeys()
  const groups = new Groups(
    inputs.length,
    aggregates.some(aggregate => /^m(in|ax)$/.test(aggregate.function)),
  )
  const filterAt = filter ? wanted.indexOf(filter.column) * 2 : -1
  const limit = filter ? filter.above : 0
  const inputsAt = inputs.map(name => wanted.indexOf(name) * 2)
  scanRows(path, wanted, (buffer, bounds) => {
    if (filterAt >= 0) {
      const start = bounds[filterAt]
      const end = bounds[filterAt + 1]
      if (start === end || !(parseNumber(buffer, start, end) > limit)) return
    }
    const group = keys.indexOf(buffer, bounds[0], bounds[1])
    for (let i = 0; i < inputsAt.length; i++) {
      const at = inputsAt[i]
      // An empty cell has no value, but its row makes the group.
      if (bounds[at + 1] > bounds[at]) groups.add(group, i, parseNumber(buffer, bounds[at], bounds[at + 1]))
    }
  })
  /** @type {Record<string, ArrayLike<unknown>>} */
  const columns = { [by[0]]: keys.texts() }
  for (const aggregate of aggregates) {
    columns[aggregate.as] = groups.result(inputs.indexOf(aggregate.column), aggregate.function, keys.size)
  }
  return columns
}

/** Sum, count and, when wanted, minimum and maximum of every input of every group. */
class Groups {
  #inputs
  #extremes
  #stride
  #numbers

  /**
   * @param {number} inputs
   * @param {boolean} extremes
   */
  constructor(inputs, extremes) {
    this.#inputs = inputs
    this.#extremes = extremes
    this.#stride = extremes ? 4 : 2
    this.#numbers = this.#start(new Float64Array(1024 * inputs * this.#stride), 0)
  }

  /**
   * @param {number} group
   * @param {number} input
   * @param {number} value
   */
  add(group, input, value) {
    const at = (group * this.#inputs + input) * this.#stride
    if (at >= this.#numbers.length) this.#grow(at)
    const numbers = this.#numbers
    numbers[at] += value
    numbers[at + 1]++
    if (this.#extremes) {
      if (value < numbers[at + 2]) numbers[at + 2] = value
      if (value > numbers[at + 3]) numbers[at + 3] = value
    }
  }

  /**
   * @param {number} input
   * @param {import('../jobs/queries.mjs').AggregateName} name
   * @param {number} groups
   */
  result(input, name, groups) {
    const numbers = this.#numbers
    return Float64Array.from({ length: groups }, (_, group) => {
      const at = (group * this.#inputs + input) * this.#stride
      if (name === 'mean') return numbers[at] / numbers[at + 1]
      return numbers[at + { sum: 0, count: 1, min: 2, max: 3 }[name]]
    })
  }

  /** @param {number} at */
  #grow(at) {
    const old = this.#numbers
    const grown = new Float64Array(Math.max(at + this.#stride, old.length * 2))
    grown.set(old)
    this.#numbers = this.#start(grown, old.length)
  }

  /**
   * @param {Float64Array} numbers
   * @param {number} from
   */
  #start(numbers, from) {
    if (this.#extremes) {
      for (let at = from; at < numbers.length; at += 4) {
        numbers[at + 2] = Infinity
        numbers[at + 3] = -Infinity
      }
    }
    return numbers
  }
}

/**
 * A plain decimal of at most 15 digits: its digits and a power of ten are both exact doubles, so that one division rounds
 * correctly. Anything else goes through `Number`.
 *
 * @param {Buffer} buffer
 * @param {number} start
 * @param {number} end
 */
function parseNumber(buffer, start, end) {
  if (end - start > 16) return Number(buffer.latin1Slice(start, end))
  const negative = buffer[start] === MINUS
  let at = negative ? start + 1 : start
  let digits = 0
  let digit = 0
  for (; at < end; at++) {
    digit = buffer[at] - ZERO
    if (digit < 0 || digit > 9) break
    digits = digits * 10 + digit
  }
  if (at === end) return negative ? -digits : digits
  if (buffer[at] !== POINT) return Number(buffer.latin1Slice(start, end))
  const decimals = end - at - 1
  for (at++; at < end; at++) {
    digit = buffer[at] - ZERO
    if (digit < 0 || digit > 9) return Number(buffer.latin1Slice(start, end))
    digits = digits * 10 + digit
  }
  const value = digits / POWERS[decimals]
  return negative ? -value : value
}
