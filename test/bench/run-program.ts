import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const bench = new URL('../../bench/', import.meta.url)

/** Runs a program of the bench folder as a user does. */
export function runProgram(file: string, args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [fileURLToPath(new URL(file, bench)), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
}

/** What an inline module prints as JSON. It imports from `bench`, the folder's URL. */
export function evaluate(source: string): unknown {
  const program = `const bench = ${JSON.stringify(bench.href)}\n${source}`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
