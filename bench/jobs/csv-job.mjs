import { DATASETS, ensureDataset } from '../data/datasets.mjs'
import { best, median } from '../harness/statistics.mjs'
import { bareBytes, checkAnswers, timeInRounds } from '../harness/rounds.mjs'
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
  const rows = timings.map(({ contender, times, firstTimes, peakBytes }) => ({
    name: contender.name,
    label: contender.label,
    version: context.versions[contender.name],
    bestMs: best(times),
    medianMs: median(times),
    firstMs: best(firstTimes),
    runs: times.length,
    gbPerSecond: dataset.bytes / best(times) / 1e6,
    peakMb: peakBytes / 1e6,
    peakAboveHostMb: (peakBytes - bare[contender.host]) / 1e6,
  }))
  return {
    kind: 'csv',
    title: job.title,
    rows,
    failed,
    dataset: { rows: dataset.rows, bytes: dataset.bytes },
  }
}
