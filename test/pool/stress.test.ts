// Sizes are those of a test run; MILLRACE_STRESS multiplies them.
import { readdirSync } from 'node:fs'
import { Pool } from 'millrace'
import { expect, test } from 'vitest'
import { written } from './written.js'

const scale = Number(process.env.MILLRACE_STRESS ?? 1)

test.each([
  ['threads', 10_000, 500],
  ['processes', 1_000 * scale, 50 * scale],
] as const)(
  '%s: of %i tasks with %i crashes every one settles, and only those that crash fail',
  async (context, n, kills) => {
    const pool = new Pool(3, { context })
    const every = n / kills
    const dies = written(
      context === 'threads'
        ? '(x, every) => { if (x % every === 3) process.exit(1); return x }'
        : '(x, every) => { if (x % every === 3) process.kill(process.pid, "SIGKILL"); return x }',
    )
    const tasks = Array.from({ length: n }, (_, i) => pool.apply(dies, [i, every]))
    const results = await Promise.allSettled(tasks)
    const wrong = results.flatMap((result, i) => {
      const crashes = i % every === 3
      const good = crashes
        ? result.status === 'rejected' && result.reason.code === 'ERR_WORKER_CRASHED'
        : result.status === 'fulfilled' && result.value === i
      return good ? [] : [{ i, result }]
    })
    expect(wrong).toEqual([])
    await pool.ready()
    expect(await pool.broadcast(written('() => 1'))).toEqual([1, 1, 1])
    await pool.terminate()
  },
  300_000,
)

const open = () => readdirSync('/proc/self/fd').length
const threads = () => readdirSync('/proc/self/task').length
const segments = () => readdirSync('/dev/shm').filter(name => name.includes(`${process.pid}`)).length

test.runIf(process.platform === 'linux')(
  'making and closing pools leaves no thread, no descriptor and no shared memory behind',
  async () => {
    const cycle = async (context: 'threads' | 'processes') => {
      const pool = new Pool(1, { context })
      await pool.apply(written('() => 1'))
      pool.close()
      await pool.join()
    }
    for (const context of ['threads', 'processes'] as const) await cycle(context)
    const before = [open(), threads(), segments()]
    for (let i = 0; i < 250 * scale; i++) await cycle('threads')
    for (let i = 0; i < 30 * scale; i++) await cycle('processes')
    await expect.poll(() => open(), { timeout: 10_000 }).toBeLessThanOrEqual(before[0]! + 2)
    await expect.poll(() => threads(), { timeout: 10_000 }).toBeLessThanOrEqual(before[1]! + 1)
    expect(segments()).toBe(before[2])
  },
  300_000,
)
