// Running the tools of the build. Only Node's own modules: these scripts start in a clone without node_modules.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a command with its output shown; ends this process with its exit status when it fails. */
export function run(command, args, options = {}) {
  const status = attempt(command, args, options)
  if (status !== 0) process.exit(status)
}

/** Runs a command with its output shown and returns its exit status. */
export function attempt(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) console.error(`${command}: ${error.message}`)
  if (signal) console.error(`${command} ended by ${signal}`)
  return status ?? 1
}

/** Runs commands side by side, all to their end, with their output shown; returns their exit statuses. */
export function attemptAll(commands) {
  const attempts = commands.map(
    ([command, args, options]) =>
      new Promise(resolve => {
        const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
        child.on('error', error => {
          console.error(`${command}: ${error.message}`)
          resolve(1)
        })
        child.on('close', (status, signal) => {
          if (signal) console.error(`${command} ended by ${signal}`)
          resolve(status ?? 1)
        })
      }),
  )
  return Promise.all(attempts)
}

/** Runs a JavaScript file of an installed package with this Node. */
export function runTool(file, args, options) {
  run(process.execPath, [join(root, 'node_modules', file), ...args], options)
}

/** npm itself: the one that started this script, else the one on the path. */
export function runNpm(args, options) {
  const { npm_execpath: cli } = process.env
  if (cli?.endsWith('.js') && existsSync(cli)) run(process.execPath, [cli, ...args], options)
  else run('npm', args, { shell: process.platform === 'win32', ...options })
}

export function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some(
    folder => existsSync(join(folder, program)) || existsSync(join(folder, `${program}.exe`)),
  )
}

/** The newest clang on the path, `$CXX` if that is one; undefined where there is none. */
export function findClang() {
  const { CXX: chosen } = process.env
  if (chosen?.includes('clang')) return chosen
  return ['-19', '-18', '-17', '-16', '-15', '', '-14'].map(version => `clang++${version}`).find(onPath)
}

/** True when the file was started as a program: `node scripts/build.mjs`. */
export function isMain(url) {
  return process.argv[1] !== undefined && fileURLToPath(url) === process.argv[1]
}
