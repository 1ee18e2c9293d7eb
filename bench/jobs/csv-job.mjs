import { DATASETS, ensureDataset } from '../data/datasets.mjs'
import { bareBytes, checkAnswers, failuresOf, timeInRounds } from '../harness/rounds.mjs'
import { best, median } from '../harness/statistics.mjs'
import { CSV_JOBS } from './queries.mjs'

/**
 * @typedef {object} ResultRow
 * @property {string} name
 * @property {string} label
 * @property {string} version
 * @property {number} bestMs
 * @property {number} medianMs
 * @property {number} firstMs the best first run of a process
 * @property {number} runs
 * @property {number} gbPerSecond
 * @property {number} peakMb of the process
 * @property {number} peakAboveHostMb above the empty host process
 */

/**
 * One job from a CSV file: answers compared, then times and peak memory.
 *
 * @param {string} name
 * @param {import('../harness/run-jobs.mjs').Context} context
 */
export async function runCsvJob(name, context) {
  const job = CSV_JOBS[name]
  const dataset = ensureDataset(job.dataset, DATASETS[job.dataset].rows[context.scale], context.log)
  const taking = context.contenders.filter(contender => !contender.jobs || contender.jobs.includes(name))
  const task = { task: job.kind === 'load' ? 'load' : 'csv', path: dataset.path, query: job.query }
  const { agreed, failed } = await checkAnswers(taking, task, ({ answer }) => ({ [name]: answer }), context)
  const bare = await bareBytes(agreed)
  const timings = await timeInRounds(agreed, task, dataset.path, context)
  const rows = timings
    .filter(({ reports }) => reports.length > 0)
    .map(timing => resultRow(timing, bare, dataset.bytes, context.versions))
  return {
    kind: 'csv',
    title: job.title,
    rows,
    failed: { ...failed, ...failuresOf(timings) },
    dataset: { rows: dataset.rows, bytes: dataset.bytes },
  }
}

/**
 * @param {import('../harness/rounds.mjs').Timing} timing
 * @param {Record<string, number>} bare bytes of an empty process, by host
 * @param {number} fileBytes
 * @param {Record<string, string>} versions
 * @returns {ResultRow}
 */
function resultRow({ contender, reports }, bare, fileBytes, versions) {
  const times = reports.map(({ ms }) => ms)
  const peakBytes = Math.max(...reports.map(report => report.peakBytes))
  return {
    name: contender.name,
    label: contender.label,
    version: versions[contender.name],
    bestMs: best(times),
    medianMs: median(times),
    firstMs: best(reports.map(({ firstMs }) => firstMs)),
    runs: times.length,
    gbPerSecond: fileBytes / best(times) / 1e6,
    peakMb: peakBytes / 1e6,
    peakAboveHostMb: (peakBytes - bare[contender.host]) / 1e6,
  }
}
