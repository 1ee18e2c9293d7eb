import { failuresOf, timeInRounds } from '../harness/rounds.mjs'
import { best, median } from '../harness/statistics.mjs'

const WORKERS = 2
const POOLS = ['millrace', 'piscina', 'piscina-chunked', 'tinypool', 'workerpool', 'multiprocessing']
const STARTS = { small: 2, full: 20 }

/** Items of each measurement; where every item is a message of its own, a tenth shows the same cost in a tenth of the time. */
const SIZES = {
  small: { numbers: 10_000, objects: 2_000, inFlight: 2_000, single: 200, bytes: 1 << 20, tasks: 20_000 },
  full: {
    numbers: 1_000_000,
    objects: 100_000,
    inFlight: 20_000,
    single: 5_000,
    bytes: 100 << 20,
    tasks: 1_000_000,
  },
}

/**
 * @typedef {import('../harness/run-jobs.mjs').Context} Context
 * @typedef {object} PoolJob
 * @property {string} title
 * @property {string[]} columns
 * @property {string[]} [pools] where not all take part
 * @property {string} measure a function of harness/pool-tasks.mjs
 * @property {'rounds' | 'starts'} repeats one process a round, or a process for each of many starts
 * @property {(reports: any[]) => (number | null)[]} values
 */

/** @type {Record<string, PoolJob>} */
export const POOL_JOBS = {
  'pool-map': {
    title: 'Pool: map, µs an item',
    columns: ['numbers', 'small objects'],
    measure: 'map',
    repeats: 'rounds',
    values: reports => [best(reports.map(r => r.numbersUs)), best(reports.map(r => r.objectsUs))],
  },
  'pool-apply': {
    title: 'Pool: apply, µs a task',
    columns: ['20,000 in flight', 'one at a time, p50', 'one at a time, p99'],
    pools: POOLS.filter(name => name !== 'piscina-chunked'),
    measure: 'apply',
    repeats: 'rounds',
    values: reports => [
      best(reports.map(r => r.inFlightUs)),
      best(reports.map(r => r.p50Us)),
      best(reports.map(r => r.p99Us)),
    ],
  },
  'pool-start': {
    title: 'Pool: from its construction to the first result, median ms',
    columns: ['first result'],
    pools: POOLS.filter(name => name !== 'piscina-chunked'),
    measure: 'start',
    repeats: 'starts',
    values: reports => [median(reports.map(r => r.firstResultMs))],
  },
  'pool-skew': {
    title: 'Pool: map of 400 tasks of 0.1 to 40 ms, times the ideal makespan',
    columns: ['short ones first', 'long ones first', 'at random'],
    measure: 'skew',
    repeats: 'rounds',
    values: reports => [0, 1, 2].map(order => best(reports.map(r => r.makespans[order]))),
  },
  'pool-memory': {
    title: 'Pool: memory in flight',
    columns: [
      'map of 100 MB of doubles, MB beside them and the results',
      'map of objects, bytes an item',
      'apply, bytes a task',
    ],
    pools: ['millrace', 'piscina'],
    measure: 'memory',
    repeats: 'rounds',
    values: reports => [0, 1, 2].map(column => leastOf(reports.map(r => r.memory[column]))),
  },
}

/** @param {(number | null)[]} values null where a pool has no such thing */
function leastOf(values) {
  return values.includes(null) ? null : best(values)
}

/**
 * @param {string} name
 * @param {Context} context
 */
export async function runPoolJob(name, context) {
  const { title, columns, pools = POOLS, measure, repeats, values } = POOL_JOBS[name]
  const contenders = context.contenders
    .filter(contender => pools.includes(contender.name))
    .map(contender =>
      contender.name === 'millrace' ? { ...contender, module: 'pools/millrace' } : contender,
    )
  const task = { task: /** @type {const} */ ('pool'), measure, sizes: SIZES[context.scale] }
  const runs = repeats === 'starts' ? STARTS[context.scale] : context.runs
  const timings = await timeInRounds(contenders, task, undefined, { ...context, threads: WORKERS, runs })
  const rows = timings
    .filter(({ reports }) => reports.length > 0)
    .map(({ contender: { name, label }, reports }) => {
      return { name, label, version: context.versions[name], values: values(reports) }
    })
  return { kind: 'measures', title, columns, rows, failed: failuresOf(timings) }
}
