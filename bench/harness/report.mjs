import { fastestPeer, ourRow, standings } from './targets.mjs'

/**
 * @param {import('./run-jobs.mjs').JobResult} result
 * @returns {string} a Markdown table
 */
export function jobTable(result) {
  const lines = result.kind === 'csv' ? csvTable(result) : measuresTable(result)
  const failures = Object.entries(result.failed).map(([label, reason]) => `- ${label}: no result, ${reason}`)
  return [...lines, ...(failures.length > 0 ? ['', ...failures] : [])].join('\n')
}

/** @param {import('./run-jobs.mjs').JobResult} result */
function csvTable({ rows }) {
  const fastest = fastestPeer(rows)
  const lines = [
    '| | best ms | median ms | first run ms | GB/s | peak MB | above its host MB | against the fastest peer |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
  ]
  for (const row of rows.toSorted((a, b) => a.bestMs - b.bestMs)) {
    const ratio = fastest ? `${(fastest.bestMs / row.bestMs).toFixed(2)}x` : ''
    const cells = [
      `${row.label} ${row.version}`,
      milliseconds(row.bestMs),
      milliseconds(row.medianMs),
      milliseconds(row.firstMs),
      row.gbPerSecond.toFixed(2),
      row.peakMb.toFixed(0),
      row.peakAboveHostMb.toFixed(0),
      ratio,
    ]
    lines.push(`| ${cells.join(' | ')} |`)
  }
  return lines
}

/** @param {import('./run-jobs.mjs').JobResult} result */
function measuresTable({ columns, rows }) {
  return [
    `| | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '--:|').join('')}`,
    ...rows.map(
      row => `| ${`${row.label} ${row.version}`.trim()} | ${row.values.map(milliseconds).join(' | ')} |`,
    ),
  ]
}

/** @param {number | null} value */
function milliseconds(value) {
  if (value === null) return ''
  return value < 10
    ? value.toFixed(2)
    : value < 100
      ? value.toFixed(1)
      : Math.round(value).toLocaleString('en')
}

/**
 * @param {import('./targets.mjs').Results} results
 * @returns {string} a Markdown table of what is to be reached and what is
 */
export function standingsTable(results) {
  const lines = ['| | to reach | measured | |', '|---|---|---|---|']
  for (const { row, target, measured, reached } of standings(results)) {
    lines.push(`| ${row} | ${target} | ${measured} | ${reached ? 'reached' : '**not reached**'} |`)
  }
  return lines.join('\n')
}

/** The contenders of the summary, one column each. */
const SUMMARY_PEERS = {
  duckdb: 'DuckDB',
  polars: 'nodejs-polars',
  'polars-py': 'Polars (Python)',
  dask: 'Dask',
  js: 'JS by hand',
}

/**
 * One line a job, for the front page.
 *
 * @param {import('./targets.mjs').Results} results
 */
export function summaryTable(results) {
  const peers = Object.entries(SUMMARY_PEERS)
  const lines = [
    `| job, ms | millrace | ${peers.map(([, label]) => label).join(' | ')} | fastest peer / millrace | peak MB above Node |`,
    `|---|--:|${peers.map(() => '--:|').join('')}--:|--:|`,
  ]
  for (const result of Object.values(results)) {
    const ours = ourRow(result)
    if (result.kind !== 'csv' || ours === undefined) continue
    const times = peers.map(([peer]) => bestOf(result.rows, peer))
    const fastest = fastestPeer(result.rows)
    const ratio = fastest ? `${(fastest.bestMs / ours.bestMs).toFixed(1)}x` : ''
    const cells = [
      result.title,
      `**${milliseconds(ours.bestMs)}**`,
      ...times,
      ratio,
      ours.peakAboveHostMb.toFixed(0),
    ]
    lines.push(`| ${cells.join(' | ')} |`)
  }
  return lines.join('\n')
}

/**
 * The better of a peer's engines: nodejs-polars has two.
 *
 * @param {any[]} rows
 * @param {string} peer
 */
function bestOf(rows, peer) {
  const times = rows
    .filter(({ name }) => name === peer || name === `${peer}-streaming`)
    .map(({ bestMs }) => bestMs)
  return times.length === 0 ? '' : milliseconds(Math.min(...times))
}
