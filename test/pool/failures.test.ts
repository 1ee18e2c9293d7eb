// Every failure of the contract, at random moments, in both contexts: what failed gets the documented code, all else of
// the same map keeps its results, everything settles soon, and the pool is at full strength again with nothing left behind.
// A few rounds of each by default; MILLRACE_STRESS=1 runs hundreds.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { importTasks, type MapOptions, Pool, type PoolOptions, range } from 'millrace'
import { afterAll, describe, expect, test } from 'vitest'
import { written } from './written.js'

const rounds = process.env.MILLRACE_STRESS ? 200 * Number(process.env.MILLRACE_STRESS) : 4
const minutes = 60_000 * (process.env.MILLRACE_STRESS ? 30 : 2)
const folder = mkdtempSync(join(tmpdir(), 'millrace-failures-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const between = (low: number, high: number) => low + Math.floor(Math.random() * (high - low))
const later = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const codeOf = (error: unknown) => (error as { code?: unknown } | null)?.code ?? error

/** Descriptors, threads, children and shared memory of this process. */
function held(): number[] {
  if (process.platform !== 'linux') return [0]
  const ours = readdirSync('/dev/shm').filter(name => name.includes(`${process.pid}`))
  return [
    readdirSync('/proc/self/fd').length,
    readdirSync('/proc/self/task').length,
    readdirSync('/proc').filter(isChild).length,
    ours.length,
  ]
}

function isChild(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[3] === `${process.pid}`
  } catch {
    return false // no process, or one that has just ended
  }
}

/** Lets one item of a map, anywhere in it, do `act`; the others take a moment and give twice their number. */
const poisoned = (act: string) => `async x => {
  if (x.v === x.bad) { ${act} }
  if (x.v % 3 === 0) await null
  const end = performance.now() + x.ms; while (performance.now() < end);
  return x.v * 2
}`

interface Case {
  readonly act: string
  /** What the error of the bad item must match. */
  readonly error: unknown
  readonly only?: 'threads' | 'processes'
  readonly pool?: PoolOptions
  readonly map?: MapOptions
  /** A share of the rounds, where one round takes long. */
  readonly share?: number
}

const cases: Record<string, Case> = {
  'throws an error': {
    act: "throw Object.assign(new RangeError('bad', { cause: new TypeError('root') }), { id: 7 })",
    error: { name: 'RangeError', id: 7, cause: { name: 'TypeError' } },
  },
  'throws what is no error': { act: "throw 'text'", error: 'text' },
  'rejects late': {
    act: "await new Promise(r => setTimeout(r, 5)); throw new URIError('late')",
    error: { name: 'URIError' },
  },
  'throws what cannot be cloned': {
    act: "throw Object.assign(new Error('odd'), { fn() {} })",
    error: { message: 'odd' },
  },
  'calls process.exit(0)': { act: 'process.exit(0)', error: { code: 'ERR_WORKER_CRASHED', exitCode: 0 } },
  'calls process.exit(3)': { act: 'process.exit(3)', error: { code: 'ERR_WORKER_CRASHED', exitCode: 3 } },
  'is killed': {
    act: "process.kill(process.pid, 'SIGKILL'); for (;;);",
    error: { code: 'ERR_WORKER_CRASHED', signal: 'SIGKILL' },
    only: 'processes',
  },
  'exhausts its heap': {
    act: 'const all = []; for (;;) all.push({ a: all.length, b: [1, 2, 3] })',
    error: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    pool: { memoryLimit: '30MB', stdio: 'capture' },
    share: 1 / 10,
  },
  'loops for ever, with a time-out': {
    act: 'for (;;);',
    error: { code: 'ERR_TASK_TIMEOUT' },
    map: { timeout: 400 },
    share: 1 / 2,
  },
  'returns what cannot be cloned': { act: 'return () => 1', error: { code: 'ERR_RESULT_SERIALIZATION' } },
}

describe.each(['threads', 'processes'] as const)('in %s', context => {
  const fits = Object.entries(cases).filter(([, { only = context }]) => only === context)

  test.each(fits)(
    'an item that %s fails alone, again and again',
    async (_, { act, error, pool: options, map, share = 1 }) => {
      const before = held()
      const pool = new Pool(2, { context, ...options })
      await pool.ready()
      const work = written(poisoned(act))
      const took: number[] = []
      for (let round = 0; round < Math.max(2, rounds * share); round++) {
        const [n, ms] = [between(1, 60), Math.random()]
        const bad = between(0, n)
        const items = Array.from({ length: n }, (_, v) => ({ v, bad, ms }))
        const chunkSize = ([1, 5, 'auto', 'python'] as const)[between(0, 4)]!
        const start = performance.now()
        const beside = Promise.all(upTo(3).map(i => pool.apply(written('x => x + 1'), [i])))
        const results = await pool.map(work, items, { chunkSize, onError: 'collect', ...map })
        took.push(performance.now() - start)
        expect(results.filter((r, i) => i !== bad && (r as { value?: number }).value !== i * 2)).toEqual([])
        const reason = (results[bad] as PromiseRejectedResult).reason
        if (typeof error === 'object') expect(reason).toMatchObject(error as object)
        else expect(reason).toBe(error)
        expect(await beside).toEqual([1, 2, 3])
      }
      await soonAndWhole(pool, took, before)
    },
    minutes,
  )

  test(
    'abort and terminate at any moment of a map settle it at once',
    async () => {
      const before = held()
      const took: number[] = []
      for (let round = 0; round < rounds; round++) {
        const pool = new Pool(2, { context })
        if (round % 2) await pool.ready()
        const loops = round % 4 < 2
        const source = loops ? 'x => { for (;;); }' : 'x => new Promise(() => {})'
        const items = round % 8 < 4 ? range(20) : upTo(20).map(v => ({ v }))
        const stop = new AbortController()
        const map = pool.map(written(source), items as never, { signal: stop.signal, graceMs: 10 })
        const one = pool.apply(written(source), [], { signal: stop.signal, graceMs: 10 })
        const ended = Promise.all([map, one].map(task => task.catch(codeOf)))
        await later(between(0, 60))
        const start = performance.now()
        const terminated = round % 3 === 0
        if (terminated) void pool.terminate()
        else stop.abort('enough')
        const expected = terminated ? 'ERR_POOL_TERMINATED' : 'enough'
        expect(await ended).toEqual([expected, expected])
        took.push(performance.now() - start)
        if (!terminated) expect(await pool.apply(written('() => 1'))).toBe(1)
        await pool.terminate()
      }
      const pool = new Pool(2, { context })
      await soonAndWhole(pool, took, before)
    },
    minutes,
  )

  test(
    'close at any moment lets all that was submitted finish',
    async () => {
      const before = held()
      for (let round = 0; round < rounds; round++) {
        const pool = new Pool(2, { context })
        await later(between(0, 40))
        const tasks = upTo(30).map(i => pool.apply(written('async x => { await null; return x }'), [i]))
        const map = pool.map(
          written('x => x.v'),
          upTo(30).map(v => ({ v })),
        )
        pool.close()
        await expect(pool.apply(written('() => 1'))).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' })
        await pool.join()
        expect(await Promise.all(tasks)).toEqual(upTo(30))
        expect(await map).toEqual(upTo(30))
      }
      await soonAndWhole(new Pool(2, { context }), [0], before)
    },
    minutes,
  )

  test(
    'what keeps workers or functions from loading rejects what waits',
    async () => {
      const before = held()
      const broken = join(folder, `broken-${context}.mjs`)
      writeFileSync(broken, 'throw new Error("top level")')
      const bomb = join(folder, `bomb-${context}.mjs`)
      const entry = new URL('../../dist/bundle/index.js', import.meta.url).href
      writeFileSync(bomb, `import { Pool } from '${entry}'\nnew Pool(2)\nexport const f = () => 1`)
      const fOf = (file: string) => importTasks<{ f: (x?: unknown) => number }>(pathToFileURL(file)).f
      const pool = new Pool(2, { context })
      const took: number[] = []
      for (let round = 0; round < rounds; round++) {
        const start = performance.now()
        const bad = [broken, bomb, join(folder, 'absent.mjs')].flatMap(file => [
          pool.apply(fOf(file)),
          pool.map(fOf(file), range(9)),
          pool.map(fOf(file), [{}, {}]),
        ])
        const unsent = pool.apply(written('x => x'), [{ deep: [() => 1] }]).catch(codeOf)
        const good = pool.apply(written('() => 1'))
        expect(await Promise.all(bad.map(task => task.catch(codeOf)))).toEqual(Array(9).fill('ERR_TASK_LOAD'))
        expect(await unsent).toBe('ERR_ARGUMENT_SERIALIZATION')
        expect(await good).toBe(1)
        const failing = new Pool(2, { context, initializer: written('() => { throw new Error("init") }') })
        if (round % 2) await later(between(0, 60))
        const waiting = [failing.apply(written('() => 1')), failing.map(written('x => x'), range(5))]
        expect(await Promise.all(waiting.map(task => task.catch(codeOf)))).toEqual(
          Array(2).fill('ERR_WORKER_INIT'),
        )
        await failing.terminate()
        took.push(performance.now() - start)
      }
      await soonAndWhole(pool, took, before)
    },
    minutes,
  )
})

test.runIf(process.platform !== 'win32')(
  'a process killed from outside at any moment costs the item that ran, and no other',
  async () => {
    const before = held()
    const pool = new Pool(2, { context: 'processes' })
    const took: number[] = []
    const work = written('x => { const end = Date.now() + 2; while (Date.now() < end); return x.v }')
    for (let round = 0; round < rounds; round++) {
      await pool.ready()
      const start = performance.now()
      const map = pool.map(
        work,
        upTo(40).map(v => ({ v })),
        { onError: 'collect' },
      )
      await later(between(0, 50))
      const pid = pool.stats.workers[round % 2]?.pid
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
      const results = await map
      took.push(performance.now() - start)
      const lost = results.filter(result => result.status === 'rejected')
      expect(lost.length).toBeLessThanOrEqual(1)
      for (const { reason } of lost)
        expect(reason).toMatchObject({ code: 'ERR_WORKER_CRASHED', signal: 'SIGKILL' })
      expect(results.filter((r, i) => r.status === 'fulfilled' && r.value !== i)).toEqual([])
    }
    await soonAndWhole(pool, took, before)
  },
  minutes,
)

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

/** All workers answer, nothing took much longer than a second, and the end of the pool leaves nothing. */
async function soonAndWhole(pool: Pool, took: number[], before: number[]): Promise<void> {
  await pool.ready()
  expect(await pool.broadcast(written('() => 1'))).toEqual([1, 1])
  took.sort((a, b) => a - b)
  expect(took[took.length >> 1]).toBeLessThan(1_500)
  expect(took.at(-1)).toBeLessThan(8_000) // on a machine that does other things too
  await pool.terminate()
  const less = () => held().every((count, i) => count <= before[i]! + (i < 2 ? 1 : 0))
  await expect.poll(less, { timeout: 10_000 }).toBe(true)
}
