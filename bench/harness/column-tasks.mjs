/**
 * Functions of JavaScript over columns in memory. Every run checks its rows: a wrong one fails the contender.
 *
 * @typedef {import('../peers/columns/functions.mjs').Columns} Columns
 * @typedef {object} ColumnSession what each file in `peers/columns` returns from `connect`
 * @property {(columns: Columns) => (name: string) => Float64Array | Promise<Float64Array>} open
 * @property {() => unknown} close
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { FUNCTIONS } from '../peers/columns/functions.mjs'

const REPEATS = 4
const STEP = 1_009

/**
 * The best time of each function, and how late the event loop's timers fired meanwhile.
 *
 * @param {ColumnSession} session
 * @param {import('./contender.mjs').Task} task
 */
export async function measureColumns(session, { rows }) {
  const columns = degrees(rows)
  const ask = session.open(columns)
  /** @type {Record<string, number>} */
  const report = {}
  for (const name of Object.keys(FUNCTIONS)) {
    check(columns, await ask(name), name)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    let ms = Number.POSITIVE_INFINITY
    for (let run = 0; run < REPEATS; run++) {
      delay.enable()
      await sleep(5)
      const start = performance.now()
      const out = await ask(name)
      ms = Math.min(ms, performance.now() - start)
      await sleep(2)
      delay.disable()
      check(columns, out, name)
    }
    report[`${name}Ms`] = ms
    report[`${name}DelayMs`] = delay.max / 1e6
  }
  await session.close()
  return report
}

/**
 * Angles that repeat themselves in no column at the pace of another.
 *
 * @param {number} rows
 * @returns {Columns}
 */
function degrees(rows) {
  const column = (/** @type {number} */ step) =>
    Float64Array.from({ length: rows }, (_, row) => (row * step) % 90)
  return { a: column(0.37), b: column(1.13), c: column(2.71), d: column(3.17) }
}

/**
 * @param {Columns} columns
 * @param {Float64Array} out
 * @param {string} name
 */
function check({ a, b, c, d }, out, name) {
  const rows = a.length
  const at = (/** @type {Float64Array} */ column) =>
    Float64Array.from({ length: Math.ceil(rows / STEP) }, (_, i) => column[i * STEP])
  const wanted = FUNCTIONS[name]({ a: at(a), b: at(b), c: at(c), d: at(d) })
  if (out.length !== rows || wanted.some((value, i) => !Object.is(value, out[i * STEP])))
    throw new Error(`the rows of ${name} are wrong`)
}
