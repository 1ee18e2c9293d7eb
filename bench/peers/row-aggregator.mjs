/**
 * The group-by that a person writes beneath a parser that hands out rows of strings: a Map from the key's text to the
 * group's numbers. One key column is enough for the jobs that run on such parsers.
 */
export class RowAggregator {
  #query
  #key
  #filter
  #values
  /** @type {Map<string, Float64Array>} */
  #groups = new Map()

  /**
   * @param {string[]} header
   * @param {import('../jobs/queries.mjs').Query} query
   */
  constructor(header, query) {
    this.#query = query
    this.#key = header.indexOf(query.by[0])
    this.#filter = query.filter ? header.indexOf(query.filter.column) : -1
    this.#values = query.aggregates.map(({ column }) => header.indexOf(column))
  }

  /** @param {string[]} row */
  add(row) {
    if (this.#filter >= 0 && !(Number(row[this.#filter]) > this.#query.filter.above)) return
    let group = this.#groups.get(row[this.#key])
    if (group === undefined) {
      group = new Float64Array(this.#values.length * 2)
      this.#query.aggregates.forEach((aggregate, i) => {
        group[i * 2] = START[aggregate.function]
      })
      this.#groups.set(row[this.#key], group)
    }
    for (let i = 0; i < this.#values.length; i++) {
      const value = Number(row[this.#values[i]])
      group[i * 2] = fold(this.#query.aggregates[i].function, group[i * 2], value)
      group[i * 2 + 1]++
    }
  }

  /** @returns {Record<string, ArrayLike<unknown>>} */
  columns() {
    const groups = [...this.#groups.values()]
    /** @type {Record<string, ArrayLike<unknown>>} */
    const columns = { [this.#query.by[0]]: [...this.#groups.keys()] }
    this.#query.aggregates.forEach((aggregate, i) => {
      const isMean = aggregate.function === 'mean'
      columns[aggregate.as] = groups.map(group => (isMean ? group[i * 2] / group[i * 2 + 1] : group[i * 2]))
    })
    return columns
  }
}

const START = { mean: 0, sum: 0, min: Infinity, max: -Infinity }

/**
 * @param {import('../jobs/queries.mjs').AggregateName} name
 * @param {number} state
 * @param {number} value
 */
function fold(name, state, value) {
  if (name === 'min') return Math.min(value, state)
  if (name === 'max') return Math.max(value, state)
  return state + value
}
