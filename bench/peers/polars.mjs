import pl from 'nodejs-polars'
import { checkSums } from '../harness/answers.mjs'

/**
 * nodejs-polars, lazy. The streaming engine is reached through `collectSync` alone, which holds the event loop while it runs.
 *
 * @param {import('../harness/contender.mjs').SessionOptions} options
 * @returns {Promise<import('../harness/contender.mjs').Session>}
 */
export async function connect({ variant }) {
  const collect = (/** @type {any} */ frame) =>
    variant === 'streaming' ? frame.collectSync({ engine: 'streaming' }) : frame.collect()
  /** @type {any} */
  let loaded
  /** @type {any} */
  let small
  return {
    async aggregate(path, query) {
      const frame = pl.scanCSV(path, { parseDates: query.dates !== undefined })
      return columnsOf(await collect(aggregated(frame, query)), query)
    },

    async load(path) {
      loaded = pl.readCSV(path)
    },

    async loadedSums(names) {
      return [loaded.height, ...names.map(name => Number(loaded.getColumn(name).sum()))]
    },

    async aggregateLoaded(query) {
      const frame = await collect(aggregated(loaded.lazy(), query))
      return () => columnsOf(frame, query)
    },

    async prepareShape({ on }) {
      if (on) small = await collect(loaded.lazy().groupBy(on).agg(pl.col('v3').mean().alias('mean')))
    },

    async shapeLoaded(shape) {
      const frame = await collect(shaped(loaded.lazy(), small, shape))
      return () => checkSums(shape, name => numbersOf(frame.getColumn(name)))
    },

    async memoryQuery(data, query) {
      const frame = pl.DataFrame({
        key: pl.Series('key', Array.from(data.key), pl.Int32),
        value: pl.Series('value', Array.from(data.value), pl.Float64),
      })
      return async () => columnsOf(await collect(aggregated(frame.lazy(), query)), query)
    },
  }
}

/**
 * @param {any} frame
 * @param {any} small
 * @param {import('../jobs/queries.mjs').Shape} shape
 */
function shaped(frame, small, { kind, keys = [], rows, on }) {
  if (kind === 'join') return frame.join(small.lazy(), { on, how: 'inner' })
  if (kind === 'largest') {
    const largest = pl.col('v3').sort({ descending: true }).head(2)
    return frame.groupBy('id6').agg(largest).explode('v3')
  }
  if (kind === 'correlation')
    return frame.groupBy(['id2', 'id4']).agg(pl.pearsonCorr('v1', 'v2').pow(2).alias('r2'))
  if (kind === 'six keys') {
    return frame
      .groupBy(['id1', 'id2', 'id3', 'id4', 'id5', 'id6'])
      .agg(pl.col('v3').sum(), pl.col('v1').count().alias('count'))
  }
  const sorted = frame.sort(
    keys.map(({ column }) => column),
    keys.map(({ descending = false }) => descending),
  )
  return kind === 'top' ? sorted.head(rows) : sorted
}

/**
 * @param {any} frame
 * @param {import('../jobs/queries.mjs').Query} query
 */
function aggregated(frame, { filter, by, aggregates }) {
  const kept = filter ? frame.filter(pl.col(filter.column).gt(filter.above)) : frame
  return kept.groupBy(by).agg(...aggregates.map(expression))
}

/** @param {import('../jobs/queries.mjs').Aggregate} aggregate */
function expression(aggregate) {
  const column = /** @type {any} */ (pl.col(aggregate.column))
  return column[aggregate.function]().alias(aggregate.as)
}

/**
 * @param {any} frame
 * @param {import('../jobs/queries.mjs').Query} query
 */
function columnsOf(frame, { by, aggregates }) {
  /** @type {Record<string, ArrayLike<unknown>>} */
  const columns = {}
  for (const name of by) columns[name] = frame.getColumn(name).toArray()
  for (const { as } of aggregates) {
    columns[as] = numbersOf(frame.getColumn(as))
  }
  return columns
}

/** @param {any} series */
function numbersOf(series) {
  return series.nullCount() > 0 ? series.toArray() : series.toTypedArray()
}
