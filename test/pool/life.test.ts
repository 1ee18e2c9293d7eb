// Whole programs: how pools start, end and leave a process, and the ways in which the package is loaded.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-life-'))
const entry = join(root, 'dist', 'index.js')

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'millrace'), 'junction')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(name: string, code: string, flags: string[] = []): string {
  writeFileSync(join(folder, name), code)
  return execFileSync(process.execPath, [...flags, join(folder, name)], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 30_000,
  }).trim()
}

const esm = "import { Pool, importTasks, isWorker, map, range, task } from 'millrace'\n"

describe.each(['threads', 'processes'])('with %s', context => {
  test('a pool that is never closed keeps no process alive, and its pending work does', () => {
    const open = `${esm}const pool = new Pool(2, { context: '${context}' }); await pool.ready()\n`
    expect(run('idle.mjs', `${open}console.log('end')`)).toBe('end')
    expect(
      run(
        'pending.mjs',
        `${open}pool.apply(() => new Promise(r => setTimeout(r, 200, 'done'))).then(console.log)`,
      ),
    ).toBe('done')
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    '%s ends the process and its workers, the busy ones too',
    async signal => {
      const code = `${esm}const pool = new Pool(2, { context: '${context}' }); await pool.ready()
      pool.apply(() => { for (;;); }).catch(() => {})
      console.log(JSON.stringify(pool.stats.workers.map(w => w.pid)))`
      writeFileSync(join(folder, 'term.mjs'), code)
      const child = spawn(process.execPath, [join(folder, 'term.mjs')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const pids: number[] = JSON.parse(
        String(await new Promise(resolve => child.stdout.once('data', resolve))),
      )
      child.kill(signal)
      expect(await new Promise(resolve => child.once('exit', (_, by) => resolve(by)))).toBe(signal)
      // The one that loops cannot see it by itself.
      for (const pid of pids.filter(Boolean))
        await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
    },
  )
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a pool that the program drops is collected, with a warning', () => {
  const code = `${esm}let pool = new Pool(1); await pool.ready(); pool = undefined
    process.on('warning', w => { console.log(w.code); process.exit() })
    for (let i = 0; i < 100; i++) { globalThis.gc(); await new Promise(r => setTimeout(r, 20)) }`
  expect(run('dropped.mjs', code, ['--expose-gc', '--no-warnings'])).toBe('MILLRACE_UNCLOSED_POOL')
})

test('it works from ES modules, from CommonJS, and with the addon out of reach', () => {
  expect(run('a.mjs', `${esm}console.log(isWorker, await map(x => x ** 3, range(3)))`)).toBe(
    'false [ 0, 1, 8 ]',
  )
  const commonJs = `const { map } = require('millrace'); map(x => require('node:path').basename(__filename) + x, [1]).then(console.log)`
  expect(run('b.cjs', commonJs)).toBe("[ 'b.cjs1' ]")
  const bare = { ...process.env, MILLRACE_BINDING: '/nowhere.node' }
  expect(execFileSync(process.execPath, [join(folder, 'a.mjs')], { env: bare, encoding: 'utf8' })).toContain(
    '[ 0, 1, 8 ]',
  )
})

test('task files: isWorker, workerId and currentTask are true there', () => {
  writeFileSync(
    join(folder, 'tasks.mjs'),
    `import { currentTask, isWorker, task, workerId } from 'millrace'\nexport const who = task(import.meta.url, 'who', x => [isWorker, workerId, currentTask().index, x])`,
  )
  const main = `${esm}const { who } = await import('./tasks.mjs'); await using0()
    async function using0() { const pool = new Pool(1); console.log(JSON.stringify(await pool.apply(who, [5]))); await pool.terminate() }`
  expect(run('c.mjs', main)).toBe('[true,1,0,5]')
})

test('under tsx, inline functions and TypeScript task files run', () => {
  writeFileSync(join(folder, 'work.ts'), 'export const half = (x: number): number => x / 2')
  const main = `import { importTasks, map } from 'millrace'
    const tasks = importTasks<typeof import('./work.js')>(new URL('./work.ts', import.meta.url))
    async function main() {
      console.log(await map((x: number) => { const f = (y: number) => y + 1; return f(x) }, [1, 2]), await map(tasks.half, [4]))
    }
    main()`
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs')
  writeFileSync(join(folder, 'main.ts'), main)
  expect(execFileSync(process.execPath, [tsx, join(folder, 'main.ts')], { encoding: 'utf8' }).trim()).toBe(
    '[ 2, 3 ] [ 2 ]',
  )
})

test.each(['esm', 'cjs'] as const)(
  'bundled into one %s file by esbuild, workers and processes still start',
  async format => {
    const { buildSync } = await import('esbuild')
    writeFileSync(
      join(folder, 'app.mjs'),
      `import { getContext, map, Pool, Process } from '${entry}'
    async function main() {
      console.log(await map(x => x + 1, [1, 2]))
      const pool = new Pool(1, { context: 'processes' })
      console.log(await pool.apply(() => 7))
      const { Lock, Queue } = getContext('threads')
      console.log(await new Pool(1).apply(lock => lock.tryAcquire() !== null, [Lock()]))
      const queue = Queue()
      for (const context of ['processes', 'threads']) {
        const args = context === 'threads' ? [queue] : []
        const child = new Process({ context, args, target: async queue => { await queue?.put('put'); process.exit(3) } })
        child.start()
        await child.join()
        console.log(child.exitCode)
      }
      console.log(await queue.get())
      try { getContext('processes').Lock() } catch (error) { console.log(error.code, /external/.test(error.message)) }
    }
    main()`,
    )
    const alone = mkdtempSync(join(tmpdir(), 'millrace-bundle-'))
    const outfile = join(alone, format === 'esm' ? 'app.mjs' : 'app.cjs')
    buildSync({
      entryPoints: [join(folder, 'app.mjs')],
      bundle: true,
      platform: 'node',
      format,
      keepNames: true,
      logLevel: 'error',
      outfile,
    })
    const env = { ...process.env, MILLRACE_BINDING: '' }
    expect(execFileSync(process.execPath, [outfile], { encoding: 'utf8', env }).trim()).toBe(
      '[ 2, 3 ]\n7\ntrue\n3\n3\nput\nERR_NATIVE_LOAD true',
    )
    rmSync(alone, { recursive: true })
  },
)

test.each(['threads', 'processes'])(
  'without the addon, pools and processes in %s work, and what needs it says so',
  context => {
    writeFileSync(
      join(folder, 'bare.mjs'),
      `import { cpuCount, getContext, map, Pool, Process, range } from 'millrace'
    const pool = new Pool(2, { context: '${context}', memoryLimit: '100MB' })
    const all = async iterable => { const got = []; for await (const value of iterable) got.push(value); return got }
    console.log(JSON.stringify([
      await pool.map(x => x * 2, range(4)), await pool.starmap((a, b) => a + b, [[1, 2]]), await pool.apply(() => 1),
      await all(pool.imap(x => x.v, [{ v: 1 }, { v: 2 }])), await all(pool.stream(function* () { yield 5 })),
      await pool.map(x => x === 1 ? process.exit(1) : x, [0, 1], { onError: 'collect' }).then(r => r[1].reason.code),
      (await pool.broadcast(() => 1)).length, pool.stats.workers.length, cpuCount() > 0,
    ]))
    const child = new Process({ context: '${context}', target: () => process.exit(4) })
    child.start(); await child.join(); console.log(child.exitCode)
    try { getContext('processes').Queue() } catch (error) { console.log(error.code) }
    pool.close(); await pool.join()`,
    )
    const env = { ...process.env, MILLRACE_BINDING: '/nowhere.node' }
    expect(execFileSync(process.execPath, [join(folder, 'bare.mjs')], { encoding: 'utf8', env }).trim()).toBe(
      '[[0,2,4,6],[3],1,[1,2],[5],"ERR_WORKER_CRASHED",2,2,true]\n4\nERR_NATIVE_LOAD',
    )
  },
)
