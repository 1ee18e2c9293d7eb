import { DATASETS, ensureDataset } from '../data/datasets.mjs'
import { failuresOf, timeInRounds } from '../harness/rounds.mjs'
import { best, median } from '../harness/statistics.mjs'
import { CSV_JOBS } from './queries.mjs'

const STARTS = { small: 3, full: 20 }
const QUERIES = { small: 50, full: 1_000 }
const NODE_ENGINES = ['millrace', 'duckdb', 'polars', 'polars-streaming']

/**
 * @typedef {import('../harness/run-jobs.mjs').Context} Context
 * @typedef {import('../harness/contender.mjs').Task} Task
 */

/**
 * The first `import` of a fresh process, and from there to the first answer on a file of ten rows.
 *
 * @param {string} _name
 * @param {Context} context
 */
export function runStartupJob(_name, context) {
  const { path } = ensureDataset('prices', 10, context.log)
  const task = { task: /** @type {const} */ ('startup'), path, query: CSV_JOBS.prices.query }
  return measured(
    'start-up, median ms',
    ['import', 'first result on 10 rows'],
    context,
    task,
    STARTS[context.scale],
    {
      engines: NODE_ENGINES.slice(0, 3),
      values: reports => [
        median(reports.map(report => report.importMs)),
        median(reports.map(report => report.firstResultMs)),
      ],
    },
  )
}

/**
 * The delay of the event loop's timers while `prices` runs.
 *
 * @param {string} _name
 * @param {Context} context
 */
export function runEventLoopJob(_name, context) {
  const { path } = ensureDataset('prices', DATASETS.prices.rows[context.scale], context.log)
  const task = { task: /** @type {const} */ ('event-loop'), path, query: CSV_JOBS.prices.query }
  return measured('event-loop delay during prices, ms', ['p99', 'max'], context, task, 1, {
    engines: [...NODE_ENGINES, 'js'],
    values: reports => [reports[0].p99Ms, reports[0].maxMs],
  })
}

/**
 * A filter, group-by and mean over 1,000 rows in memory, one query at a time.
 *
 * @param {string} _name
 * @param {Context} context
 */
export function runFixedCostJob(_name, context) {
  const task = { task: /** @type {const} */ ('fixed-cost'), queries: QUERIES[context.scale] }
  return measured('a query on 1,000 rows in memory, µs', ['median', 'p99'], context, task, context.runs, {
    engines: NODE_ENGINES.slice(0, 3),
    values: reports => [
      best(reports.map(({ medianUs }) => medianUs)),
      best(reports.map(({ p99Us }) => p99Us)),
    ],
  })
}

/**
 * From `abort()` in the middle of `prices` to the rejection. No peer takes an AbortSignal.
 *
 * @param {string} _name
 * @param {Context} context
 */
export function runAbortJob(_name, context) {
  const { path } = ensureDataset('prices', DATASETS.prices.rows[context.scale], context.log)
  const task = { task: /** @type {const} */ ('abort'), path, query: CSV_JOBS.prices.query }
  return measured('abort of prices, ms to the rejection', ['median', 'max', 'aborts'], context, task, 1, {
    engines: ['millrace'],
    values: ([report]) => [report.medianMs, report.maxMs, report.aborts],
  })
}

/**
 * @param {string} title
 * @param {string[]} columns
 * @param {Context} context
 * @param {Task} task
 * @param {number} runs processes of each contender, in turn
 * @param {{ engines: string[], values: (reports: any[]) => number[] }} how
 */
async function measured(title, columns, context, task, runs, { engines, values }) {
  const contenders = context.contenders.filter(({ name }) => engines.includes(name))
  const timings = await timeInRounds(contenders, task, task.path, { ...context, runs })
  const rows = timings
    .filter(({ reports }) => reports.length > 0)
    .map(({ contender: { name, label }, reports }) => {
      return { name, label, version: context.versions[name], values: values(reports) }
    })
  return { kind: 'measures', title, columns, rows, failed: failuresOf(timings) }
}
