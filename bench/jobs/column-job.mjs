import { failuresOf, timeInRounds } from '../harness/rounds.mjs'
import { best } from '../harness/statistics.mjs'

const ROWS = { small: 200_000, full: 10_000_000 }

/**
 * @typedef {import('../harness/run-jobs.mjs').Context} Context
 * @typedef {import('../harness/contenders.mjs').Contender} Contender
 */

/**
 * A function of four columns of doubles: batches on workers, against the same function on the main thread.
 *
 * @param {string} _name
 * @param {Context} context
 */
export async function runColumnJob(_name, context) {
  const contenders = context.contenders.flatMap(contendersOf)
  const task = { task: /** @type {const} */ ('columns'), rows: ROWS[context.scale] }
  const timings = await timeInRounds(contenders, task, undefined, context)
  const measured = timings.filter(({ reports }) => reports.length > 0)
  const plain = measured.find(({ contender }) => contender.name === 'js')?.reports
  const rows = measured.map(({ contender: { name, label }, reports }) => ({
    name,
    label,
    version: context.versions[name],
    values: ['haversine', 'sum'].flatMap(fn => {
      const ms = best(reports.map(report => report[`${fn}Ms`]))
      const ratio = plain ? best(plain.map(report => report[`${fn}Ms`])) / ms : null
      return [ms, ratio, best(reports.map(report => report[`${fn}DelayMs`]))]
    }),
  }))
  const columns = ['haversine', 'sum of four'].flatMap(fn => [
    `${fn}, ms`,
    'times as fast as plain JavaScript',
    'longest event-loop delay, ms',
  ])
  const title = `JavaScript over ${ROWS[context.scale].toLocaleString('en')} rows in memory`
  return { kind: 'measures', title, columns, rows, failed: failuresOf(timings) }
}

/**
 * With one worker and with two.
 *
 * @param {Contender} contender
 * @returns {Contender[]}
 */
function contendersOf(contender) {
  const { name, label } = contender
  if (name === 'js') return [{ ...contender, label: 'plain JavaScript, main thread', module: 'columns/js' }]
  if (name !== 'millrace' && name !== 'piscina') return []
  return ['1', '2'].map(workers => ({
    ...contender,
    label: `${label}, ${workers === '1' ? '1 worker' : '2 workers'}`,
    module: `columns/${name}`,
    variant: workers,
    env: { MILLRACE_NUM_THREADS: workers },
  }))
}
