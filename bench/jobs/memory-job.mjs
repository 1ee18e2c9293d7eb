import { DATASETS, ensureDataset } from '../data/datasets.mjs'
import { checkAnswers, failuresOf, timeInRounds } from '../harness/rounds.mjs'
import { best, median } from '../harness/statistics.mjs'
import { G1_QUESTIONS } from './queries.mjs'

/**
 * The db-benchmark questions over the g1 table in memory, loaded from its CSV file by each contender before the clock
 * starts.
 *
 * @param {string} name
 * @param {import('../harness/run-jobs.mjs').Context} context
 */
export async function runMemoryJob(name, context) {
  const dataset = ensureDataset('g1', DATASETS.g1.rows[context.scale], context.log)
  const taking = context.contenders.filter(({ jobs }) => !jobs || jobs.includes(name))
  const task = { task: /** @type {const} */ ('questions'), path: dataset.path, questions: G1_QUESTIONS }
  const { agreed, failed } = await checkAnswers(taking, task, ({ answers }) => answers, context)
  const timings = await timeInRounds(agreed, task, dataset.path, context)
  const questions = Object.keys(G1_QUESTIONS)
  const timed = timings.filter(({ reports }) => reports.length > 0)
  const rows = timed.map(({ contender, reports }) => {
    const times = questions.map(question => reports.map(report => report.questions[question].ms))
    return {
      name: contender.name,
      label: contender.label,
      version: context.versions[contender.name],
      values: times.map(best),
      medians: times.map(median),
    }
  })
  return {
    kind: 'measures',
    title: 'g1 in memory, best ms',
    columns: questions,
    rows,
    failed: { ...failed, ...failuresOf(timings) },
    dataset: { rows: dataset.rows, bytes: dataset.bytes },
  }
}
