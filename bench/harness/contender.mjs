/**
 * The program of one contender's process: it opens one peer, runs one task and prints one line of JSON.
 *
 * @typedef {import('../jobs/queries.mjs').Query} Query
 * @typedef {Record<string, ArrayLike<unknown>>} Columns
 * @typedef {{ threads: number, variant?: string }} SessionOptions
 *
 * @typedef {object} Session what a peer can do; each file in `peers` returns one from `connect`
 * @property {(path: string, query: Query) => Promise<Columns>} [aggregate] from a CSV file's path to JavaScript values
 * @property {(path: string) => Promise<void>} [load] reads all columns of a CSV file into memory and keeps them
 * @property {(names: string[]) => Promise<number[]>} [loadedSums] the row count and these columns' sums
 * @property {(query: Query) => Promise<() => Columns>} [aggregateLoaded] the answer in the library's own form, and its
 *   conversion to JavaScript values
 * @property {(shape: import('../jobs/queries.mjs').Shape) => Promise<void>} [prepareShape] makes the small table of a join
 * @property {(shape: import('../jobs/queries.mjs').Shape) => Promise<() => Columns | Promise<Columns>>} [shapeLoaded] all columns of all rows
 *   in the library's own form, and the sums that check them
 * @property {(data: Record<string, Int32Array | Float64Array>, query: Query) => Promise<() => Promise<Columns>>} [memoryQuery]
 * @property {(path: string, query: Query, signal: AbortSignal) => Promise<Columns>} [abortable]
 *
 * @typedef {object} Task
 * @property {'csv' | 'load' | 'questions' | 'event-loop' | 'startup' | 'fixed-cost' | 'abort' | 'pool' | 'columns' | 'bare'} task
 * @property {string} [peer]
 * @property {string} [variant]
 * @property {number} [threads]
 * @property {string} [path]
 * @property {Query} [query]
 * @property {Record<string, Query>} [questions]
 * @property {number} [queries] how many to time, one at a time
 * @property {string} [measure] of a pool
 * @property {number} [rows] of columns
 * @property {import('./pool-tasks.mjs').Sizes} [sizes]
 * @property {boolean} [answer] send the answer back instead of repeating the query
 */
import { readFileSync } from 'node:fs'
import { canonicalColumns } from './answers.mjs'
import { measureColumns } from './column-tasks.mjs'
import { abortLatency, eventLoopDelay, fixedCost } from './contender-tasks.mjs'
import { measureApply, measureMap, measureMemory, measureSkew } from './pool-tasks.mjs'

/** A query that took longer than this has warmed up by itself. */
const REPEAT_BELOW_MS = 3_000

/** The columns whose sums tell that a loaded g1 is whole and right. */
export const G1_SUMMED_COLUMNS = ['id4', 'id5', 'id6', 'v1', 'v2', 'v3']

/** @param {Task} task */
async function run(task) {
  if (task.task === 'bare') return {}
  const importStart = performance.now()
  const { connect } = await import(`../peers/${task.peer}.mjs`)
  const importMs = performance.now() - importStart
  const start = performance.now()
  if (task.task === 'pool')
    return pool(connect({ threads: task.threads, variant: task.variant }), task, start)
  if (task.task === 'columns')
    return measureColumns(connect({ threads: task.threads, variant: task.variant }), task)
  /** @type {Session} */
  const session = await connect({ threads: task.threads, variant: task.variant })
  if (task.task === 'startup') {
    await session.aggregate(task.path, task.query)
    return { importMs, firstResultMs: performance.now() - start }
  }
  if (task.task === 'csv') return csv(session, task)
  if (task.task === 'load') return load(session, task)
  if (task.task === 'questions') return questions(session, task)
  if (task.task === 'event-loop') return eventLoopDelay(() => session.aggregate(task.path, task.query))
  if (task.task === 'fixed-cost') return fixedCost(session, task)
  return abortLatency(session, task)
}

const POOL_MEASURES = { map: measureMap, apply: measureApply, skew: measureSkew, memory: measureMemory }

/**
 * @param {import('./pool-tasks.mjs').PoolSession} session
 * @param {Task} task
 * @param {number} start when its construction began
 */
async function pool(session, task, start) {
  const first = await session.apply('cube', 3)
  const firstResultMs = performance.now() - start
  if (first !== 27) throw new Error(`3 cubed is ${first} to this pool`)
  const report =
    task.measure === 'start' ? { firstResultMs } : await POOL_MEASURES[task.measure](session, task)
  await session.close()
  return report
}

/**
 * @param {Session} session
 * @param {Task} task
 */
async function csv(session, { path, query, answer }) {
  if (answer) return { answer: canonicalColumns(await session.aggregate(path, query), query) }
  return timed(() => session.aggregate(path, query))
}

/**
 * @param {Session} session
 * @param {Task} task
 */
async function load(session, { path, answer }) {
  if (!answer) return timed(() => session.load(path))
  await session.load(path)
  const sums = await session.loadedSums(G1_SUMMED_COLUMNS)
  return { answer: { keys: ['rows and sums'], values: sums.map(sum => [sum]) } }
}

/**
 * @param {Session} session
 * @param {Task} task
 */
async function questions(session, { path, questions: asked, answer }) {
  await session.load(path)
  /** @type {Record<string, unknown>} */
  const results = {}
  for (const [name, query] of Object.entries(asked)) {
    const ask = await asking(session, query)
    if (answer) results[name] = canonicalColumns(await (await ask())(), query)
    else results[name] = await timed(ask)
  }
  return answer ? { answers: results } : { questions: results }
}

/**
 * What is timed of a query or a shape. What a join needs on its other side is made before.
 *
 * @param {Session} session
 * @param {any} query
 * @returns {Promise<() => Promise<() => Columns | Promise<Columns>>>}
 */
async function asking(session, query) {
  if (!query.kind) return () => session.aggregateLoaded(query)
  await session.prepareShape(query)
  return () => session.shapeLoaded(query)
}

/**
 * The wall time of a run. The first one in a process compiles and warms; its time counts only where it is long.
 *
 * @param {() => Promise<unknown>} job
 */
async function timed(job) {
  const first = await wallMs(job)
  const peakBytes = peakResidentBytes()
  return { firstMs: first, ms: first < REPEAT_BELOW_MS ? await wallMs(job) : first, peakBytes }
}

/** @param {() => Promise<unknown>} job */
async function wallMs(job) {
  const start = performance.now()
  await job()
  return performance.now() - start
}

/**
 * The process's peak resident memory. `maxRSS` of a process on Linux starts at its parent's, so the kernel's own count of
 * this address space is read there.
 */
function peakResidentBytes() {
  if (process.platform === 'linux') {
    const line = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))
    if (line) return Number(line[1]) * 1024
  }
  return process.resourceUsage().maxRSS * 1024
}

/** @type {Task} */
const task = JSON.parse(process.argv[2])
const result = await run(task)
process.stdout.write(`\n${JSON.stringify({ peakBytes: peakResidentBytes(), ...result })}\n`)
// Peers keep pools and handles open; the answer is out.
process.stdout.end(() => process.exit(0))
