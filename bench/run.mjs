import { parseArgs } from 'node:util'
import { CONTENDERS, PEER_GROUPS } from './harness/contenders.mjs'
import { availableContenders } from './harness/install.mjs'
import { machineSummary } from './harness/machine.mjs'
import { jobTable, standingsTable } from './harness/report.mjs'
import { BenchmarkFailure } from './harness/rounds.mjs'
import { JOB_NAMES, runJob } from './harness/run-jobs.mjs'
import { writeResults } from './harness/write-results.mjs'

const HELP = `npm run bench -- [job ...] [options]

Jobs (all by default): ${JOB_NAMES.join(', ')}

  --scale small|full   size of the data; small is a matter of seconds and only checks answers (default: full)
  --peers a,b,...      ${PEER_GROUPS.join(', ')}; "none" for millrace alone (default: all)
  --runs N             rounds (default: 5 at full scale, 1 at small)
  --threads N          threads of each contender (default: 2)
  --write              keep the results: bench/results.ndjson, bench/README.md and the table of README.md
  --help

Data is written to MILLRACE_BENCH_DIR, by default millrace-bench under the temp folder. Python peers run in
MILLRACE_BENCH_PYTHON, by default python3.`

/** A mistake in the command line. */
class UsageError extends Error {}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof BenchmarkFailure) console.error(`\n${error.message}`)
  else if (error instanceof UsageError) console.error(`${error.message}\n\n${HELP}`)
  else throw error
  process.exitCode = 1
}

/** @param {string[]} args */
async function main(args) {
  const { help, jobs, peers, scale, runs, threads, write } = readArguments(args)
  if (help) return console.log(HELP)
  const log = (/** @type {string} */ message) => console.error(message)
  const wanted = CONTENDERS.filter(({ group }) => group === 'millrace' || peers.includes(group))
  const { present, versions, absent } = await availableContenders(wanted, log)
  for (const [label, reason] of Object.entries(absent)) log(`${label} is absent: ${reason}`)
  /** @type {Record<string, any>} */
  const results = {}
  for (const name of jobs) {
    log(name)
    const result = await runJob(name, { scale, threads, runs, contenders: present, versions, log })
    const failed = result.kind === 'csv' ? { ...absent, ...result.failed } : result.failed
    results[name] = { ...result, failed, date: new Date().toISOString().slice(0, 10) }
    console.log(`\n## ${result.title}\n\n${jobTable(result)}\n`)
  }
  if (present.every(({ group }) => group !== 'millrace')) process.exitCode = 1
  if (scale === 'full') console.log(`## To reach\n\n${standingsTable(results)}`)
  if (write) writeResults({ machine: machineSummary(threads), results })
}

/** @param {string[]} args */
function readArguments(args) {
  const { values, positionals } = parsed(args)
  const { scale } = values
  if (scale !== 'small' && scale !== 'full') throw new UsageError(`--scale is small or full, not ${scale}`)
  const unknownJob = positionals.find(name => !JOB_NAMES.includes(name))
  if (unknownJob) throw new UsageError(`there is no job ${unknownJob}`)
  const peers =
    values.peers === undefined ? PEER_GROUPS : values.peers.split(',').filter(name => name !== 'none')
  const unknownPeer = peers.find(name => !PEER_GROUPS.includes(name))
  if (unknownPeer) throw new UsageError(`there is no peer ${unknownPeer}`)
  if (values.write && scale === 'small')
    throw new UsageError('--write is for --scale full: small data shows no speed')
  return {
    help: values.help,
    jobs: positionals.length > 0 ? positionals : JOB_NAMES,
    peers,
    /** @type {'small' | 'full'} */
    scale,
    runs: positive('--runs', values.runs ?? (scale === 'full' ? '5' : '1')),
    threads: positive('--threads', values.threads),
    write: values.write,
  }
}

/** @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        scale: { type: 'string', default: 'full' },
        peers: { type: 'string' },
        runs: { type: 'string' },
        threads: { type: 'string', default: '2' },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message)
  }
}

/**
 * @param {string} option
 * @param {string} text
 */
function positive(option, text) {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`${option} takes a positive integer, not ${text}`)
  return value
}
