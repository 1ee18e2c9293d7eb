import { asc, desc, fromColumns, readCsv, rowNumber } from '../../dist/bundle/index.js'
import { checkSums } from '../harness/answers.mjs'

/**
 * millrace through its public functions, types inferred, groups sorted as they are by default.
 *
 * @param {import('../harness/contender.mjs').SessionOptions} options
 * @returns {Promise<import('../harness/contender.mjs').Session>}
 */
export async function connect({ threads }) {
  /** @type {any} */
  let loaded
  /** @type {any} */
  let small
  const run = async (frame, query, signal) => {
    return columnsOf(await aggregated(frame, query).compute({ threads, signal }), query)
  }
  return {
    aggregate: (path, query) => run(readCsv(path), query),

    abortable: (path, query, signal) => run(readCsv(path), query, signal),

    async load(path) {
      loaded = await readCsv(path).persist({ threads })
    },

    async loadedSums(names) {
      const sums = await loaded
        .agg(c => Object.fromEntries(names.map(name => [name, c[name].sum()])))
        .compute({ threads })
      return [await loaded.rowCount(), ...names.map(name => Number(sums.col(name).values[0]))]
    },

    async aggregateLoaded(query) {
      const table = await aggregated(loaded, query).compute({ threads })
      return () => columnsOf(table, query)
    },

    async prepareShape({ on }) {
      if (!on) return
      small = await loaded
        .groupBy(on)
        .agg(c => ({ mean: c.v3.mean() }))
        .persist({ threads })
    },

    async shapeLoaded(shape) {
      const table = await shaped(loaded, small, shape).compute({ threads })
      return () => checkSums(shape, name => table.col(name).values)
    },

    async memoryQuery(data, query) {
      const frame = fromColumns(data)
      return () => run(frame, query)
    },
  }
}

/**
 * @param {any} frame
 * @param {import('../jobs/queries.mjs').Query} query
 */
function aggregated(frame, { filter, by, aggregates }) {
  const kept = filter ? frame.filter(frame.col(filter.column).gt(filter.above)) : frame
  return kept
    .groupBy(...by)
    .agg(columns =>
      Object.fromEntries(aggregates.map(({ column, function: name, as }) => [as, columns[column][name]()])),
    )
}

/**
 * @param {any} frame
 * @param {any} small
 * @param {import('../jobs/queries.mjs').Shape} shape
 */
function shaped(frame, small, { kind, keys = [], rows, on }) {
  if (kind === 'join') return frame.join(small, { on })
  if (kind === 'largest') {
    return frame
      .filter(
        rowNumber()
          .over('id6', { orderBy: desc('v3') })
          .le(2),
      )
      .select('id6', 'v3')
  }
  if (kind === 'correlation') return frame.groupBy('id2', 'id4').agg(c => ({ r2: c.v1.corr(c.v2).pow(2) }))
  if (kind === 'six keys') {
    const keys = ['id1', 'id2', 'id3', 'id4', 'id5', 'id6']
    return frame.groupBy(...keys, { sort: false }).agg(c => ({ v3: c.v3.sum(), count: c.v1.count() }))
  }
  const sorted = frame.sortBy(...keys.map(({ column, descending }) => (descending ? desc : asc)(column)))
  return kind === 'top' ? sorted.head(rows) : sorted
}

/**
 * Keys as JavaScript values, numbers as typed arrays.
 *
 * @param {any} table
 * @param {import('../jobs/queries.mjs').Query} query
 */
function columnsOf(table, { by, aggregates }) {
  /** @type {Record<string, ArrayLike<unknown>>} */
  const columns = {}
  for (const name of by) columns[name] = table.col(name).toArray()
  for (const { as } of aggregates) columns[as] = numbersOf(table.col(as))
  return columns
}

/** @param {any} column */
function numbersOf(column) {
  return column.nullCount > 0 ? column.toArray() : column.values
}
