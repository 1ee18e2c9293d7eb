import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { DATASETS, ensureDataset } from '../data/datasets.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const ROOFLINE_SOURCE = fileURLToPath(new URL('../roofline/roofline.cc', import.meta.url))

/**
 * The size of the addon as it is published: stripped.
 *
 * @returns {Promise<any>}
 */
export async function runAddonSizeJob() {
  const addon = addonPath()
  if (addon === undefined) return measures('addon, MB', ['stripped'], [], { millrace: 'no addon is built' })
  const bytes = inTemporaryFolder(folder => {
    const copy = path.join(folder, 'addon.node')
    copyFileSync(addon, copy)
    if (process.platform === 'linux') execFileSync('strip', ['--strip-unneeded', copy])
    return statSync(copy).size
  })
  const row = { name: 'millrace', label: 'millrace', version: '', values: [bytes / 1e6] }
  return measures('addon, MB', ['stripped'], [row], {})
}

/**
 * The speed of reading prices and counting its newlines, which no engine can pass.
 *
 * @param {string} _name
 * @param {import('../harness/run-jobs.mjs').Context} context
 */
export async function runRooflineJob(_name, context) {
  const title = 'roofline: pread and newline count of prices'
  const columns = ['ms', 'GB/s']
  const dataset = ensureDataset('prices', DATASETS.prices.rows[context.scale], context.log)
  try {
    const { ms } = inTemporaryFolder(folder => {
      const program = path.join(folder, 'roofline')
      execFileSync('g++', ['-O3', '-march=native', '-std=c++20', '-pthread', ROOFLINE_SOURCE, '-o', program])
      return JSON.parse(execFileSync(program, [dataset.path, String(context.threads)], { encoding: 'utf8' }))
    })
    const row = { name: 'roofline', label: 'roofline', version: '', values: [ms, dataset.bytes / ms / 1e6] }
    return measures(title, columns, [row], {})
  } catch (error) {
    return measures(title, columns, [], {
      roofline: `g++ is needed: ${/** @type {Error} */ (error).message}`,
    })
  }
}

/** @returns {string | undefined} */
function addonPath() {
  const prebuilds = path.join(ROOT, 'prebuilds', `${process.platform}-${process.arch}`)
  const published = existsSync(prebuilds)
    ? readdirSync(prebuilds).find(name => name.endsWith('.node'))
    : undefined
  const built = path.join(ROOT, 'build', 'Release', 'millrace.node')
  if (existsSync(built)) return built
  return published === undefined ? undefined : path.join(prebuilds, published)
}

/**
 * @template T
 * @param {(folder: string) => T} work
 * @returns {T}
 */
function inTemporaryFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-bench-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} title
 * @param {string[]} columns
 * @param {{ name: string, label: string, version: string, values: number[] }[]} rows
 * @param {Record<string, string>} failed
 */
function measures(title, columns, rows, failed) {
  return { kind: 'measures', title, columns, rows, failed }
}
