import { closeSync, openSync, readSync } from 'node:fs'
import { difference } from './answers.mjs'
import { bareProcessBytes, runContender } from './processes.mjs'

/** A contender whose query takes longer is timed in the first two rounds alone. */
const SLOW_MS = 5_000
const SLOW_ROUNDS = 2

/**
 * @typedef {import('./contenders.mjs').Contender} Contender
 * @typedef {import('./contender.mjs').Task} Task
 * @typedef {object} Timing
 * @property {Contender} contender
 * @property {any[]} reports one a round
 * @property {string} [failure] why the rest of its rounds is missing
 * @typedef {{ threads: number, runs: number, log: (message: string) => void }} Settings
 */

/** Contenders disagree, or millrace has no answer: no speed is worth printing then. */
export class BenchmarkFailure extends Error {}

/**
 * Asks every contender once and compares. Contenders that fail are named and leave the job.
 *
 * @param {Contender[]} contenders
 * @param {Task} task
 * @param {(report: any) => Record<string, import('./answers.mjs').Answer>} answersOf
 * @param {Settings} settings
 * @returns {Promise<{ agreed: Contender[], failed: Record<string, string> }>}
 */
export async function checkAnswers(contenders, task, answersOf, { threads, log }) {
  /** @type {{ name: string, answers: Record<string, import('./answers.mjs').Answer> } | undefined} */
  let reference
  const agreed = []
  /** @type {Record<string, string>} */
  const failed = {}
  for (const contender of referenceFirst(contenders)) {
    log(`  answer of ${contender.label}`)
    const report = await runContender(contender, { ...task, answer: true }, threads).catch(error => error)
    if (report instanceof Error) {
      if (contender.group === 'millrace')
        throw new BenchmarkFailure(`${contender.label} has no answer: ${report.message}`)
      log(`  ${contender.label} failed: ${report.message}`)
      failed[contender.label] = report.message
      continue
    }
    const answers = answersOf(report)
    reference ??= { name: contender.label, answers }
    for (const [name, answer] of Object.entries(answers)) {
      const wrong = difference(reference.answers[name], answer)
      if (wrong)
        throw new BenchmarkFailure(
          `wrong answer of ${contender.label} against ${reference.name}, ${name}: ${wrong}`,
        )
    }
    agreed.push(contender)
  }
  return { agreed: contenders.filter(contender => agreed.includes(contender)), failed }
}

/**
 * The simplest program is the reference: an error in it is the least likely one.
 *
 * @param {Contender[]} contenders
 */
function referenceFirst(contenders) {
  return contenders.toSorted((a, b) => Number(b.name === 'js') - Number(a.name === 'js'))
}

/**
 * Times every contender in turn, round by round, so that a noisy minute of the machine is shared by all.
 *
 * @param {Contender[]} contenders
 * @param {Task} task
 * @param {string | undefined} path the file to keep in the page cache
 * @param {Settings} settings
 * @returns {Promise<Timing[]>}
 */
export async function timeInRounds(contenders, task, path, { threads, runs, log }) {
  /** @type {Timing[]} */
  const timings = contenders.map(contender => ({ contender, reports: [] }))
  for (let round = 0; round < runs; round++) {
    for (const timing of timings) {
      if (timing.failure !== undefined || (round >= SLOW_ROUNDS && isSlow(timing))) continue
      if (path !== undefined) touch(path)
      try {
        const report = await runContender(timing.contender, task, threads)
        timing.reports.push(report)
        if (report.ms !== undefined)
          log(`  round ${round + 1}: ${timing.contender.label} ${report.ms.toFixed(1)} ms`)
      } catch (error) {
        timing.failure = /** @type {Error} */ (error).message
        if (timing.contender.group === 'millrace') throw new BenchmarkFailure(timing.failure)
        log(`  round ${round + 1}: ${timing.contender.label} failed: ${timing.failure}`)
      }
    }
  }
  return timings
}

/** @param {Timing} timing */
function isSlow({ reports }) {
  return reports.length > 0 && Math.min(...reports.map(report => report.ms ?? 0)) > SLOW_MS
}

/**
 * @param {Timing[]} timings
 * @returns {Record<string, string>} the reasons of those without a single report, by label
 */
export function failuresOf(timings) {
  const failed = timings.filter(({ reports }) => reports.length === 0)
  return Object.fromEntries(failed.map(({ contender, failure }) => [contender.label, failure]))
}

/**
 * What an empty process of each host needs, measured beside the contenders.
 *
 * @param {Contender[]} contenders
 * @returns {Promise<Record<string, number>>} bytes by host
 */
export async function bareBytes(contenders) {
  /** @type {Record<string, number>} */
  const bytes = {}
  for (const host of new Set(contenders.map(contender => contender.host)))
    bytes[host] = await bareProcessBytes(host)
  return bytes
}

/**
 * Reads the file once, so that it lies in the page cache.
 *
 * @param {string} path
 */
function touch(path) {
  const buffer = Buffer.allocUnsafe(1 << 20)
  const file = openSync(path, 'r')
  while (readSync(file, buffer) > 0);
  closeSync(file)
}
