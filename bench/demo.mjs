import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureDataset } from './data/datasets.mjs'
import { showPool } from './demo-pool.mjs'
import { canonicalColumns, difference } from './harness/answers.mjs'
import { aggregateFile } from './peers/js.mjs'

const DEFAULT_ROWS = 10_000_000
const BYTES_PER_ROW = 74.4

const HELP = `npm run demo                                  on a file of prices that it writes to the temp folder
npm run demo -- --rows 1000000                the same with fewer rows (default ${DEFAULT_ROWS.toLocaleString('en')}, ${megabytes(DEFAULT_ROWS * BYTES_PER_ROW)})
npm run demo -- your.csv --by COLUMN --mean COLUMN [--filter COLUMN [--above NUMBER]]

  --by COLUMN      groups by this column
  --mean COLUMN    averages this one, a number
  --filter COLUMN  only rows where this number is above --above (default 0)
  --threads N      threads of the engine (default: all cores)

Runs the query with millrace, shows the lazy frame, the result, the time and GB/s, then computes the same in plain JavaScript
and compares the answers; then the Pool compresses a part of the file on every core. MILLRACE_BENCH_DIR is the folder for the file of prices.`

const DIFFERENT =
  'the answers differ, as the plain program knows nothing of types, null tokens, escapes and comments'

/** A mistake in the command line. */
class UsageError extends Error {}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(explain(/** @type {any} */ (error)))
  process.exitCode = 1
}

/** @param {string[]} args */
async function main(args) {
  const options = readArguments(args)
  if (options.help) return console.log(HELP)
  const path = options.path ?? ensureDataset('prices', options.rows, console.log).path
  const { table, seconds } = await withMillrace(path, options)
  const bytes = statSync(path).size
  console.log(table)
  console.log(
    `\nmillrace: ${speed(bytes, seconds)} with ${table.stats.threads} threads (${table.stats.simd})\n`,
  )

  console.log('the same in plain JavaScript, written by hand, one thread:')
  const query = plainQuery(options)
  const start = performance.now()
  const answer = aggregateFile(path, query)
  const plainSeconds = (performance.now() - start) / 1000
  console.log(`plain JavaScript: ${speed(bytes, plainSeconds)}\n`)
  const wrong = difference(canonicalColumns(answer, query), canonicalColumns(columnsOf(table, query), query))
  if (wrong && options.path === undefined) throw new Error(`The answers differ: ${wrong}`)
  console.log(
    wrong ? `${DIFFERENT}: ${wrong}` : `the answers agree in all ${table.length.toLocaleString('en')} groups`,
  )
  console.log(`millrace has ${(plainSeconds / seconds).toFixed(1)} times the speed of plain JavaScript`)
  await showPool(path)
}

/**
 * @param {string} path
 * @param {ReturnType<typeof readArguments>} options
 */
async function withMillrace(path, { by, mean, filter, above, threads }) {
  const { readCsv } = await import('../dist/bundle/index.js')
  const df = readCsv(path)
  if (by === undefined || mean === undefined) {
    const columns = Object.entries(df.schema).map(([name, dtype]) => `  ${name}: ${dtype}`)
    throw new UsageError(`Say which columns to use: --by and --mean. The file has\n${columns.join('\n')}`)
  }
  const kept = filter === undefined ? df : df.filter(df.col(filter).gt(above))
  const means = kept.groupBy(by).agg({ [mean]: 'mean' })
  console.log(means)
  const start = performance.now()
  const table = await means.compute({ progress: true, ...(threads ? { threads } : {}) })
  const seconds = (performance.now() - start) / 1000
  return { table, seconds }
}

/**
 * @param {ReturnType<typeof readArguments>} options
 * @returns {import('./jobs/queries.mjs').Query}
 */
function plainQuery({ path, by, mean, filter, above }) {
  return {
    ...(filter === undefined ? {} : { filter: { column: filter, above } }),
    by: [by],
    ...(path === undefined ? { dates: [by] } : {}),
    aggregates: [{ column: mean, function: 'mean', as: mean }],
  }
}

/**
 * @param {any} table
 * @param {import('./jobs/queries.mjs').Query} query
 */
function columnsOf(table, { by, aggregates }) {
  const names = [...by, ...aggregates.map(({ as }) => as)]
  // The plain program knows no null: a key that is missing is an empty text to it.
  const keyOrText = (/** @type {unknown} */ value) => value ?? ''
  return Object.fromEntries(
    names.map(name => [
      name,
      by.includes(name) ? table.col(name).toArray().map(keyOrText) : table.col(name).toArray(),
    ]),
  )
}

/** @param {string[]} args */
function readArguments(args) {
  const { values, positionals } = parsed(args)
  if (positionals.length > 1) throw new UsageError(`One file at a time, not ${positionals.length}`)
  const own = positionals.length === 1
  if (own && values.rows !== undefined) throw new UsageError('--rows is for the file that the demo writes')
  return {
    help: values.help,
    // npm runs scripts in the package's folder and keeps the caller's in INIT_CWD.
    path: own ? resolve(process.env.INIT_CWD ?? '', positionals[0]) : undefined,
    rows: positiveInteger('--rows', values.rows) ?? DEFAULT_ROWS,
    by: values.by ?? (own ? undefined : 'Date'),
    mean: values.mean ?? (own ? undefined : 'Open'),
    filter: values.filter ?? (own ? undefined : 'Close'),
    above: number('--above', values.above),
    threads: positiveInteger('--threads', values.threads),
  }
}

/** @param {string[]} args */
function parsed(args) {
  try {
    const text = /** @type {const} */ ({ type: 'string' })
    const options = {
      rows: text,
      by: text,
      mean: text,
      filter: text,
      above: { ...text, default: '0' },
      threads: text,
    }
    return parseArgs({
      args,
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', default: false } },
    })
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message)
  }
}

/**
 * @param {string} option
 * @param {string | undefined} text
 */
function positiveInteger(option, text) {
  if (text === undefined) return undefined
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`${option} takes a positive integer, not ${text}`)
  return value
}

/**
 * @param {string} option
 * @param {string} text
 */
function number(option, text) {
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value)) throw new UsageError(`${option} takes a number, not ${text}`)
  return value
}

/** @param {Error & { code?: string }} error */
function explain(error) {
  if (error instanceof UsageError) return `${error.message}\n\n${HELP}`
  if (error.code === 'ENOSPC') {
    return 'The disk is full. Ask for fewer --rows, or set MILLRACE_BENCH_DIR to a folder on another disk.'
  }
  return error.name === 'MillraceError' ? `${error.code}: ${error.message}` : (error.stack ?? String(error))
}

/**
 * @param {number} bytes
 * @param {number} seconds
 */
function speed(bytes, seconds) {
  return `${seconds.toFixed(3)} s, ${megabytes(bytes)} at ${(bytes / seconds / 1e9).toFixed(2)} GB/s`
}

/** @param {number} bytes */
function megabytes(bytes) {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`
  return `${Math.round(bytes / 1e6).toLocaleString('en')} MB`
}
