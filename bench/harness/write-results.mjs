import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { jobTable, standingsTable, summaryTable } from './report.mjs'
import { JOB_NAMES } from './run-jobs.mjs'

const RESULTS = new URL('../results.json', import.meta.url)
const PAGE = new URL('../README.md', import.meta.url)
const FRONT_PAGE = new URL('../../README.md', import.meta.url)
const START = '<!-- bench:start -->'
const END = '<!-- bench:end -->'

/**
 * @typedef {object} Run
 * @property {ReturnType<import('./machine.mjs').machineSummary>} machine
 * @property {Record<string, string>} absent peers that could not run, by label
 * @property {Record<string, import('./run-jobs.mjs').JobResult & { date: string }>} results
 */

/**
 * Puts the results of a run into bench/results.json, and writes bench/README.md and the block of the front page from it.
 * Jobs that were not run keep their earlier results if they are of the same machine.
 *
 * @param {Run} run
 */
export function writeResults(run) {
  const before = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : undefined
  const sameMachine = before !== undefined && JSON.stringify(before.machine) === JSON.stringify(run.machine)
  const known = sameMachine ? { ...before.results, ...run.results } : run.results
  const results = Object.fromEntries(JOB_NAMES.filter(name => name in known).map(name => [name, known[name]]))
  const merged = { ...run, results }
  writeFileSync(RESULTS, `${JSON.stringify(merged, rounded, 1)}\n`)
  writeFileSync(PAGE, page(merged))
  if (existsSync(FRONT_PAGE)) writeFileSync(FRONT_PAGE, withBlock(readFileSync(FRONT_PAGE, 'utf8'), block(merged)))
}

/**
 * @param {string} _key
 * @param {unknown} value
 */
function rounded(_key, value) {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value
}

/** @param {Run} run */
function page({ machine, absent, results }) {
  const sections = Object.entries(results).map(([name, result]) => {
    const size = result.dataset ? `, ${result.dataset.rows.toLocaleString('en')} rows, ${megabytes(result.dataset.bytes)}` : ''
    return `## ${result.title}\n\n\`npm run bench -- ${name} --scale full --write\`, ${result.date}${size}\n\n${jobTable(result)}\n`
  })
  const missing = Object.entries(absent).map(([label, reason]) => `- ${label} did not run: ${reason}`)
  return `# Benchmarks

This page is written by \`npm run bench -- --scale full --write\`; edits are lost.

${machineLines(machine).join('\n')}
${missing.length > 0 ? `\n${missing.join('\n')}\n` : ''}
Every contender computes the answer of \`jobs/queries.mjs\` and all answers are compared, to a relative 1e-9, before anything is
timed. Then each runs in a fresh process of its own, in turn and round by round, with ${machine.threads} threads and the file in the page
cache. A time is measured inside the process, from the file's path to JavaScript (or Python) values; the first query of a process
warms it up and is listed apart. Peak memory is that of the process after its first query, with and without what an empty Node
(or Python) process takes. DuckDB and Polars detect the columns' types themselves, as millrace does.

## What is to be reached

${standingsTable(results)}

${sections.join('\n')}`
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
