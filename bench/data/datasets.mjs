import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeG1 } from './g1.mjs'
import { writeMeasurements } from './measurements.mjs'
import { writePrices } from './prices.mjs'
import { writeQuoted } from './quoted.mjs'

/** Raise it when a generator's output changes: files with another version are written anew. */
const GENERATORS_VERSION = 1

/**
 * @typedef {'small' | 'full'} Scale
 * @typedef {'prices' | 'measurements' | 'g1' | 'quoted'} DatasetName
 * @typedef {{ name: DatasetName, path: string, rows: number, bytes: number, checksum: string }} Dataset
 */

/** @type {Record<DatasetName, { rows: Record<Scale, number>, write: (path: string, rows: number) => { bytes: number, checksum: string } }>} */
export const DATASETS = {
  prices: { rows: { small: 100_000, full: 10_000_000 }, write: writePrices },
  measurements: { rows: { small: 500_000, full: 50_000_000 }, write: writeMeasurements },
  g1: { rows: { small: 100_000, full: 10_000_000 }, write: writeG1 },
  quoted: { rows: { small: 50_000, full: 5_000_000 }, write: writeQuoted },
}

/** The cache folder: `MILLRACE_BENCH_DIR`, or `millrace-bench` under the system's temp folder. */
export function datasetFolder() {
  return path.resolve(process.env.MILLRACE_BENCH_DIR || path.join(tmpdir(), 'millrace-bench'))
}

/**
 * The dataset on disk, generated unless a file with the same stamp is there already.
 *
 * @param {DatasetName} name
 * @param {number} rows
 * @param {(message: string) => void} [log]
 * @returns {Dataset}
 */
export function ensureDataset(name, rows, log = () => {}) {
  const folder = datasetFolder()
  const file = path.join(folder, `${name}-${rows}.csv`)
  const stamp = readStamp(file)
  if (stamp !== undefined) return { name, path: file, rows, bytes: stamp.bytes, checksum: stamp.checksum }
  mkdirSync(folder, { recursive: true })
  log(`writing ${rows.toLocaleString('en')} rows of ${name} to ${file}`)
  const started = performance.now()
  const { bytes, checksum } = DATASETS[name].write(file, rows)
  writeFileSync(`${file}.stamp`, `${JSON.stringify({ version: GENERATORS_VERSION, bytes, checksum })}\n`)
  log(`wrote ${(bytes / 1e6).toFixed(0)} MB in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return { name, path: file, rows, bytes, checksum }
}

/**
 * The stamp beside a finished file, if it fits the file and these generators. The checksum is not computed again: the
 * size tells a file that was cut short, and reading 3 GB would make every run wait.
 *
 * @param {string} file
 * @returns {{ bytes: number, checksum: string } | undefined}
 */
function readStamp(file) {
  if (!existsSync(file) || !existsSync(`${file}.stamp`)) return undefined
  try {
    const stamp = JSON.parse(readFileSync(`${file}.stamp`, 'utf8'))
    return stamp.version === GENERATORS_VERSION && stamp.bytes === statSync(file).size ? stamp : undefined
  } catch {
    return undefined
  }
}
