import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const NODE_PROGRAM = fileURLToPath(new URL('./contender.mjs', import.meta.url))
const PYTHON_PROGRAM = fileURLToPath(new URL('../peers/python_contender.py', import.meta.url))
const TIMEOUT_MS = 15 * 60_000
const SHOWN_ERROR_CHARACTERS = 800

export const PYTHON = process.env.MILLRACE_BENCH_PYTHON || 'python3'

/**
 * Runs one task in a fresh process of the contender.
 *
 * @param {import('./contenders.mjs').Contender} contender
 * @param {import('./contender.mjs').Task | { task: 'version' }} task
 * @param {number} threads
 * @returns {Promise<any>} what the process reported
 */
export function runContender(contender, task, threads) {
  const text = JSON.stringify({ ...task, peer: contender.module, variant: contender.variant, threads })
  const [command, ...program] =
    contender.host === 'node' ? [process.execPath, NODE_PROGRAM] : [PYTHON, PYTHON_PROGRAM]
  return reportOf(command, [...program, text], contender.name, {
    ...process.env,
    MILLRACE_NUM_THREADS: String(threads),
    POLARS_MAX_THREADS: String(threads),
    OMP_NUM_THREADS: String(threads),
    ...contender.env,
  })
}

/**
 * The peak memory of a process that loads nothing, to be subtracted.
 *
 * @param {'node' | 'python'} host
 * @returns {Promise<number>} bytes
 */
export async function bareProcessBytes(host) {
  const program = host === 'node' ? [process.execPath, NODE_PROGRAM] : [PYTHON, PYTHON_PROGRAM]
  const { peakBytes } = await reportOf(
    program[0],
    [program[1], '{"task":"bare"}'],
    `bare ${host}`,
    process.env,
  )
  return peakBytes
}

/**
 * The last line that the process prints, as JSON.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
function reportOf(command, args, name, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS })
    /** @type {Buffer[]} */
    const output = []
    let errors = ''
    child.stdout.on('data', chunk => output.push(chunk))
    child.stderr.on('data', chunk => {
      errors = (errors + chunk).slice(-8192)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const report = code === 0 ? lastLine(output) : undefined
      if (report !== undefined) return resolve(report)
      const reason = signal ? `was killed by ${signal}` : `ended with code ${code}`
      reject(new Error(`${name} ${reason}: ${firstError(errors)}`))
    })
  })
}

/**
 * @param {Buffer[]} output
 * @returns {unknown} undefined when it is not JSON
 */
function lastLine(output) {
  try {
    return JSON.parse(Buffer.concat(output).toString('utf8').trimEnd().split('\n').at(-1))
  } catch {
    return undefined
  }
}

/** @param {string} text standard error */
export function firstError(text) {
  // Python says what is wrong behind where it was, and where is of this machine alone.
  if (text.includes('Traceback (most recent call last)')) {
    const named = text.match(/^[\w.]*(Error|Exception)\b.*$/gm)
    return (named?.at(-1) ?? text.trim().split('\n').at(-1)).slice(0, SHOWN_ERROR_CHARACTERS)
  }
  const start = text.search(/^\s*\w*(Error|Exception)\b/m)
  const message = text.slice(Math.max(0, start)).split(/\n\s+at /)[0]
  return message.trim().slice(0, SHOWN_ERROR_CHARACTERS)
}
