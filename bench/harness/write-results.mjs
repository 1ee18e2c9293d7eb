import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { jobTable, standingsTable, summaryTable } from './report.mjs'
import { JOB_NAMES } from './run-jobs.mjs'

/** One line a job: a change of one job is a change of one line. */
const RESULTS = new URL('../results.ndjson', import.meta.url)
const PAGE = new URL('../README.md', import.meta.url)
const NOTES = new URL('../profile-notes.md', import.meta.url)
const FRONT_PAGE = new URL('../../README.md', import.meta.url)
const START = '<!-- bench:start -->'
const END = '<!-- bench:end -->'

/**
 * @typedef {object} Run
 * @property {ReturnType<import('./machine.mjs').machineSummary>} machine
 * @property {Record<string, import('./run-jobs.mjs').JobResult & { date: string }>} results
 */

/**
 * Puts the results of a run into bench/results.ndjson, and writes bench/README.md and the block of the front page from
 * it. Jobs that were not run keep their earlier results if they are of the same machine.
 *
 * @param {Run} run
 */
export function writeResults(run) {
  const known = { ...earlierResults(run.machine), ...run.results }
  const results = Object.fromEntries(JOB_NAMES.filter(name => name in known).map(name => [name, known[name]]))
  const lines = Object.entries(results).map(([job, result]) => {
    return JSON.stringify({ job, machine: run.machine, result }, rounded)
  })
  writeFileSync(RESULTS, `${lines.join('\n')}\n`)
  const merged = { ...run, results }
  writeFileSync(PAGE, page(merged))
  if (existsSync(FRONT_PAGE))
    writeFileSync(FRONT_PAGE, withBlock(readFileSync(FRONT_PAGE, 'utf8'), block(merged)))
}

/**
 * @param {Run['machine']} machine
 * @returns {Run['results']}
 */
function earlierResults(machine) {
  if (!existsSync(RESULTS)) return {}
  const lines = readFileSync(RESULTS, 'utf8').trim().split('\n')
  const entries = lines.map(line => JSON.parse(line))
  const same = entries.filter(entry => JSON.stringify(entry.machine) === JSON.stringify(machine, rounded))
  return Object.fromEntries(same.map(({ job, result }) => [job, result]))
}

/**
 * Six digits are more than any measurement here has.
 *
 * @param {string} _key
 * @param {unknown} value
 */
function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value
}

/** @param {Run} run */
function page({ machine, results }) {
  const sections = Object.entries(results).map(([name, result]) => {
    const size = result.dataset
      ? `, ${result.dataset.rows.toLocaleString('en')} rows, ${megabytes(result.dataset.bytes)}`
      : ''
    return `## ${result.title}\n\n\`npm run bench -- ${name} --scale full --write\`, ${result.date}${size}\n\n${jobTable(result)}\n`
  })
  return `# Benchmarks

This page is written by \`npm run bench -- --scale full --write\`; edits are lost.

${machineLines(machine).join('\n')}

Every contender computes the answer of \`jobs/queries.mjs\` and all answers are compared, to a relative 1e-9, before anything is
timed. Then each runs in a fresh process of its own, in turn and round by round, with ${machine.threads} threads and the file in the page
cache. A time is measured inside the process, from the file's path to JavaScript (or Python) values; the first query of a process
warms it up and is listed apart. Peak memory is that of the process after its first query, with and without what an empty Node
(or Python) process takes. DuckDB and Polars detect the columns' types themselves, as millrace does.

## What is to be reached

${standingsTable(results)}
${profileNotes()}
${sections.join('\n')}`
}

/** What profiles show where a row is not reached: the one part of the page that people write. */
function profileNotes() {
  return existsSync(NOTES) ? `\n${readFileSync(NOTES, 'utf8').trim()}\n` : ''
}

/** @param {Run['machine']} machine */
function machineLines(machine) {
  const family = machine.family ? ` (${machine.family})` : ''
  return [
    `- CPU: ${machine.cpu}${family}, ${machine.cores} cores; ${machine.flags.join(' ')}`,
    `- ${machine.memoryGb} GB of memory, ${machine.system}, Node ${machine.node}`,
  ]
}

/** @param {Run} run */
function block({ machine, results }) {
  const date = Object.values(results)
    .map(result => result.date)
    .toSorted()
    .at(-1)
  return `${summaryTable(results)}

Best of several runs, ${machine.threads} threads, ${machine.cpu}, Node ${machine.node}, ${date}. Written by
\`npm run bench -- --scale full --write\`; all rows, versions and what is not reached are in [bench/README.md](bench/README.md).`
}

/**
 * @param {string} text
 * @param {string} content
 */
function withBlock(text, content) {
  const start = text.indexOf(START)
  const end = text.indexOf(END)
  if (start < 0 || end < start) return text
  return `${text.slice(0, start + START.length)}\n${content}\n${text.slice(end)}`
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`
}
