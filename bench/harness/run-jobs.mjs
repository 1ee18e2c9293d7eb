import { runColumnJob } from '../jobs/column-job.mjs'
import { runCsvJob } from '../jobs/csv-job.mjs'
import { runAbortJob, runEventLoopJob, runFixedCostJob, runStartupJob } from '../jobs/latency-jobs.mjs'
import { runAddonSizeJob, runRooflineJob } from '../jobs/machine-jobs.mjs'
import { runMemoryJob, runShapesJob } from '../jobs/memory-job.mjs'
import { POOL_JOBS, runPoolJob } from '../jobs/pool-jobs.mjs'
import { CSV_JOBS } from '../jobs/queries.mjs'

/**
 * @typedef {object} Context
 * @property {import('../data/datasets.mjs').Scale} scale
 * @property {number} threads
 * @property {number} runs
 * @property {import('./contenders.mjs').Contender[]} contenders those that can run here
 * @property {Record<string, string>} versions by contender name
 * @property {(message: string) => void} log
 *
 * @typedef {object} JobResult
 * @property {'csv' | 'measures'} kind
 * @property {string} title
 * @property {string[]} [columns] of `measures`
 * @property {any[]} rows
 * @property {Record<string, string>} failed why a contender has no row, by its label
 * @property {{ rows: number, bytes: number }} [dataset]
 */

/** @type {Record<string, (name: string, context: Context) => Promise<any>>} */
const JOBS = {
  ...Object.fromEntries(Object.keys(CSV_JOBS).map(name => [name, runCsvJob])),
  'g1-memory': runMemoryJob,
  'g1-shapes': runShapesJob,
  'fixed-cost': runFixedCostJob,
  'event-loop': runEventLoopJob,
  startup: runStartupJob,
  abort: runAbortJob,
  ...Object.fromEntries(Object.keys(POOL_JOBS).map(name => [name, runPoolJob])),
  'map-batches': runColumnJob,
  'addon-size': runAddonSizeJob,
  roofline: runRooflineJob,
}

export const JOB_NAMES = Object.keys(JOBS)

/**
 * @param {string} name
 * @param {Context} context
 * @returns {Promise<JobResult>}
 */
export function runJob(name, context) {
  return JOBS[name](name, context)
}
