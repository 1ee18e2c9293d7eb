import { best, geometricMean } from './statistics.mjs'

/**
 * What is to be reached, and where a run stands.
 *
 * @typedef {Record<string, import('./run-jobs.mjs').JobResult>} Results by job
 * @typedef {{ row: string, target: string, measured: string, reached: boolean }} Standing
 */

const CSV_PEAK_JOBS = ['prices', 'measurements', 'g1-id1', 'g1-id3', 'quoted']

/** @param {Results} results */
export function standings(results) {
  return [
    timesFaster(results, 'prices', 'prices, from CSV, against the fastest peer', 4),
    timesFaster(results, 'prices', 'prices, against JavaScript by hand', 20, 'js'),
    timesFaster(results, 'prices', 'prices, against Dask', 30, 'dask'),
    timesFaster(results, 'measurements', 'measurements, from CSV', 3.5),
    timesFaster(results, 'g1-id1', 'g1 from CSV, id1', 3),
    timesFaster(results, 'g1-id3', 'g1 from CSV, id3', 2.5),
    timesFaster(results, 'quoted', 'quoted, the query of prices', 3),
    timesFaster(results, 'g1-load', 'CSV into memory, all columns', 3),
    inMemory(results),
    ...shapes(results),
    peakMemory(results),
    fixedCost(results),
    atMost('event-loop delay during prices, p99', 20, 'ms', ourValue(results['event-loop'], 0)),
    atMost('first import', 30, 'ms', ourValue(results.startup, 0)),
    atMost('first result on a 10-row CSV', 15, 'ms', ourValue(results.startup, 1)),
    atMost('abort to rejection, longest', 50, 'ms', ourValue(results.abort, 1)),
    ...pools(results),
    atMost('addon, stripped', 3, 'MB', ourValue(results['addon-size'], 0)),
    sse2(results),
    roofline(results),
  ].filter(standing => standing !== undefined)
}

/**
 * The fastest row that is not ours.
 *
 * @param {any[]} rows
 */
export function fastestPeer(rows) {
  const peers = rows.filter(({ name }) => !name.startsWith('millrace'))
  return peers.toSorted((a, b) => a.bestMs - b.bestMs)[0]
}

/** @param {import('./run-jobs.mjs').JobResult | undefined} result */
export function ourRow(result) {
  return result?.rows.find(({ name }) => name === 'millrace')
}

/**
 * @param {import('./run-jobs.mjs').JobResult | undefined} result
 * @param {number} column
 */
function ourValue(result, column) {
  return ourRow(result)?.values[column]
}

/**
 * @param {Results} results
 * @param {string} job
 * @param {string} row
 * @param {number} factor
 * @param {string} [peerName] instead of the fastest
 * @returns {Standing | undefined}
 */
function timesFaster(results, job, row, factor, peerName) {
  const ours = ourRow(results[job])
  if (ours === undefined) return undefined
  const { rows } = results[job]
  const peer = peerName ? rows.find(({ name }) => name === peerName) : fastestPeer(rows)
  if (peer === undefined) return undefined
  const ratio = peer.bestMs / ours.bestMs
  const against = peerName ? '' : ` (${peer.label})`
  return { row, target: `${factor}x`, measured: `${ratio.toFixed(2)}x${against}`, reached: ratio >= factor }
}

/**
 * @param {Results} results
 * @returns {Standing | undefined}
 */
function inMemory(results) {
  const result = results['g1-memory']
  const ours = ourRow(result)
  if (ours === undefined || result.rows.length < 2) return undefined
  const peers = result.rows.filter(({ name }) => name !== 'millrace')
  const ratios = ours.values.map(
    (/** @type {number} */ ms, /** @type {number} */ question) =>
      best(peers.map(({ values }) => values[question])) / ms,
  )
  return {
    row: 'g1 in memory, geometric mean against the fastest of each question',
    target: '2.5x, none below 1.5x',
    measured: `${geometricMean(ratios).toFixed(2)}x, lowest ${best(ratios).toFixed(2)}x`,
    reached: geometricMean(ratios) >= 2.5 && best(ratios) >= 1.5,
  }
}

/**
 * @param {Results} results
 * @returns {(Standing | undefined)[]}
 */
function shapes(results) {
  const result = results['g1-shapes']
  const ours = ourRow(result)
  const peers = (result?.rows ?? []).filter((/** @type {any} */ { name }) => name !== 'millrace')
  if (ours === undefined || peers.length === 0) return []
  const columns = /** @type {string[]} */ (result.columns)
  return columns.map((column, at) => {
    const ratio = best(peers.map(({ values }) => values[at])) / ours.values[at]
    const factor = column.startsWith('top') ? 3 : column.startsWith('join') ? 1.5 : 2
    const row = `g1 in memory, ${column}`
    return { row, target: `${factor}x`, measured: `${ratio.toFixed(2)}x`, reached: ratio >= factor }
  })
}

/**
 * @param {Results} results
 * @returns {Standing | undefined}
 */
function peakMemory(results) {
  const peaks = CSV_PEAK_JOBS.map(job => ourRow(results[job])?.peakAboveHostMb).filter(
    peak => peak !== undefined,
  )
  return peaks.length === 0
    ? undefined
    : atMost("peak memory above Node's own, highest", 150, 'MB', Math.max(...peaks))
}

/**
 * @param {Results} results
 * @returns {Standing | undefined}
 */
function fixedCost(results) {
  const result = results['fixed-cost']
  const ours = ourValue(result, 0)
  const peers = (result?.rows ?? []).filter(({ name }) => name !== 'millrace')
  if (ours === undefined || peers.length === 0) return undefined
  const ratio = ours / best(peers.map(({ values }) => values[0]))
  return {
    row: "a query on 1,000 rows in memory, against the fastest peer's",
    target: 'at most 0.5x',
    measured: `${ratio.toFixed(2)}x (${ours.toFixed(0)} µs)`,
    reached: ratio <= 0.5,
  }
}

/**
 * The pool's rows: what an item, a task and a start cost with two workers.
 *
 * @param {Results} results
 */
function pools(results) {
  const value = (/** @type {string} */ job, /** @type {number} */ column) => ourValue(results[job], column)
  const skew = ourRow(results['pool-skew'])
  return [
    atMost('pool.map of 1e6 numbers, an item', 0.05, 'µs', value('pool-map', 0)),
    atMost('pool.map of 1e5 small objects, an item', 1.5, 'µs', value('pool-map', 1)),
    atMost('pool.apply, 2e4 in flight, a task', 3, 'µs', value('pool-apply', 0)),
    oneAtATime(results),
    atMost('Pool, construction to first result', 40, 'ms', value('pool-start', 0)),
    atMost('pool.map of skewed tasks, of the ideal makespan', 1.2, 'x', skew && Math.max(...skew.values)),
    atMost('pool.map of 100 MB of doubles, beside input and results', 10, 'MB', value('pool-memory', 0)),
    atMost('pool.map of 1e6 objects in flight, an item', 200, 'bytes', value('pool-memory', 1)),
    atMost('pool.apply, 1e6 in flight, a task', 200, 'bytes', value('pool-memory', 2)),
  ]
}

/**
 * @param {Results} results
 * @returns {Standing | undefined}
 */
function oneAtATime(results) {
  const rows = results['pool-apply']?.rows ?? []
  const [ours, piscina] = ['millrace', 'piscina'].map(
    peer => rows.find(({ name }) => name === peer)?.values[1],
  )
  if (ours === undefined || piscina === undefined) return undefined
  const ratio = ours / piscina
  return {
    row: "pool.apply one at a time, p50, against piscina's",
    target: 'at most 0.8x',
    measured: `${ratio.toFixed(2)}x (${ours.toFixed(1)} µs)`,
    reached: ratio <= 0.8,
  }
}

/**
 * @param {string} row
 * @param {number} limit
 * @param {string} unit
 * @param {number | null | undefined} value
 * @returns {Standing | undefined}
 */
function atMost(row, limit, unit, value) {
  if (value === undefined || value === null) return undefined
  const measured = `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ${unit}`
  return { row, target: `at most ${limit} ${unit}`, measured, reached: value <= limit }
}

/**
 * @param {Results} results
 * @returns {Standing | undefined}
 */
function sse2(results) {
  const ours = ourRow(results.prices)
  const restricted = results.prices?.rows.find(({ name }) => name === 'millrace-sse2')
  if (ours === undefined || restricted === undefined) return undefined
  const ratio = ours.bestMs / restricted.bestMs
  const row = "SSE2 alone on prices, of the best level's speed"
  return { row, target: 'at least 0.4x', measured: `${ratio.toFixed(2)}x`, reached: ratio >= 0.4 }
}

/**
 * @param {Results} results
 * @returns {Standing | undefined}
 */
function roofline(results) {
  const ours = ourRow(results.prices)
  const limit = results.roofline?.rows[0]
  if (ours === undefined || limit === undefined) return undefined
  return {
    row: 'prices, share of the roofline',
    target: 'at least 25 %',
    measured: `${((100 * limit.values[0]) / ours.bestMs).toFixed(1)} %`,
    reached: limit.values[0] / ours.bestMs >= 0.25,
  }
}
