import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PYTHON } from './processes.mjs'

const FOLDER = fileURLToPath(new URL('../', import.meta.url))
const ADDON = new URL('../../dist/bundle/index.js', import.meta.url)
const run = promisify(execFile)

/**
 * Which of the contenders can run here, with their versions, and why the others cannot.
 *
 * @param {import('./contenders.mjs').Contender[]} contenders
 * @param {(message: string) => void} log
 * @returns {Promise<{ present: import('./contenders.mjs').Contender[], versions: Record<string, string>, absent: Record<string, string> }>}
 */
export async function availableContenders(contenders, log) {
  await installNodePeers(contenders, log)
  /** @type {Record<string, string>} */
  const versions = {}
  /** @type {Record<string, string>} */
  const absent = {}
  for (const contender of contenders) {
    try {
      versions[contender.name] = await versionOf(contender)
    } catch (error) {
      absent[contender.label] = error instanceof Error ? error.message.split('\n')[0] : String(error)
    }
  }
  return { present: contenders.filter(({ name }) => name in versions), versions, absent }
}

/**
 * Installs the peers of bench/package.json into bench/node_modules unless the wanted ones are there.
 *
 * @param {import('./contenders.mjs').Contender[]} contenders
 * @param {(message: string) => void} log
 */
async function installNodePeers(contenders, log) {
  const wanted = contenders.flatMap(({ host, packages }) => (host === 'node' ? packages : []))
  if (wanted.length === 0) return
  try {
    if (!wanted.every(isInstalled)) {
      log('installing the peers into bench/node_modules')
      await npmInstall([])
    }
    if (!wanted.includes('nodejs-polars')) return
    const [binary, version] = polarsBinary()
    if (!isInstalled(binary)) await npmInstall(['--no-save', `${binary}@${version}`])
  } catch (error) {
    const { stderr } = /** @type {{ stderr?: string }} */ (error)
    log(`npm install failed: ${stderr?.trim().split('\n').at(-1) ?? error}`)
  }
}

/** @param {string} name */
function isInstalled(name) {
  return existsSync(`${FOLDER}node_modules/${name}/package.json`)
}

/** @param {string[]} args */
async function npmInstall(args) {
  await run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', ...args], { cwd: FOLDER })
}

/**
 * The package with nodejs-polars' addon for this platform, and its version. It names a narrower range of Node versions
 * than it runs on, so that npm leaves it out on Node 20 unless it is asked for by name.
 */
function polarsBinary() {
  const version = packageVersion(`${FOLDER}node_modules/nodejs-polars/package.json`)
  const { glibcVersionRuntime } = /** @type {any} */ (process.report.getReport()).header
  const suffix = { linux: glibcVersionRuntime ? '-gnu' : '-musl', win32: '-msvc' }[process.platform] ?? ''
  return [`nodejs-polars-${process.platform}-${process.arch}${suffix}`, version]
}

/** @param {import('./contenders.mjs').Contender} contender */
async function versionOf({ host, module, packages }) {
  if (host === 'python') return pythonVersion(packages)
  if (module === 'millrace') {
    if (!existsSync(ADDON)) throw new Error('not built: npm run build')
    return packageVersion(new URL('../../package.json', import.meta.url))
  }
  if (packages.length === 0) return process.version
  await run(process.execPath, ['-e', `import(${JSON.stringify(packages[0])})`], { cwd: FOLDER })
  return packageVersion(`${FOLDER}node_modules/${packages[0]}/package.json`)
}

/** @param {string | URL} path */
function packageVersion(path) {
  return JSON.parse(readFileSync(path, 'utf8')).version
}

/** @param {string[]} packages */
async function pythonVersion(packages) {
  try {
    const { stdout } = await run(PYTHON, [
      '-c',
      // A module of the standard library has the interpreter's version.
      `import platform, ${packages.join(', ')}; print(getattr(${packages[0]}, '__version__', platform.python_version()))`,
    ])
    return stdout.trim()
  } catch {
    throw new Error(`${PYTHON} cannot import ${packages.join(' and ')}`)
  }
}
