import { DATASETS, ensureDataset } from '../data/datasets.mjs'
import { checkAnswers, failuresOf, timeInRounds } from '../harness/rounds.mjs'
import { best, median } from '../harness/statistics.mjs'
import { G1_QUESTIONS, G1_SHAPES } from './queries.mjs'

/**
 * The db-benchmark questions over the g1 table in memory, loaded from its CSV file by each contender before the clock
 * starts.
 *
 * @param {string} name
 * @param {import('../harness/run-jobs.mjs').Context} context
 */
export function runMemoryJob(name, context) {
  return runQuestions(name, 'g1 in memory, best ms', G1_QUESTIONS, context)
}

/**
 * Sorts, top-k and joins over the same table.
 *
 * @param {string} name
 * @param {import('../harness/run-jobs.mjs').Context} context
 */
export function runShapesJob(name, context) {
  return runQuestions(name, 'g1 in memory, sorts and joins of all columns, best ms', G1_SHAPES, context)
}

/**
 * @param {string} name
 * @param {string} title
 * @param {Record<string, any>} asked
 * @param {import('../harness/run-jobs.mjs').Context} context
 */
async function runQuestions(name, title, asked, context) {
  const dataset = ensureDataset('g1', DATASETS.g1.rows[context.scale], context.log)
  const taking = context.contenders.filter(({ jobs }) => !jobs || jobs.includes(name))
  const task = { task: /** @type {const} */ ('questions'), path: dataset.path, questions: asked }
  const { agreed, failed } = await checkAnswers(taking, task, ({ answers }) => answers, context)
  const timings = await timeInRounds(agreed, task, dataset.path, context)
  const questions = Object.keys(asked)
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
    title,
    columns: questions,
    rows,
    failed: { ...failed, ...failuresOf(timings) },
    dataset: { rows: dataset.rows, bytes: dataset.bytes },
  }
}
