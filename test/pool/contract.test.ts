// The promise of the pool: every task settles, with a documented class and code, soon after the cause, and the pool is at
// full strength again. Functions are written as text: what stands in this file is rewritten by the test runner.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  ArgumentSerializationError,
  importTasks,
  Pool,
  PoolClosedError,
  type PoolOptions,
  PoolQueueFullError,
  PoolTerminatedError,
  ResultSerializationError,
  range,
  TaskLoadError,
  TaskTimeoutError,
  TimeoutError,
  WorkerCrashedError,
  WorkerInitError,
  WorkerOutOfMemoryError,
} from 'millrace'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { written } from './written.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-pool-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const open: Pool[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(pool => pool.terminate()))
})

async function caught(work: Promise<unknown>): Promise<Record<string, unknown> & Error> {
  try {
    await work
  } catch (error) {
    return error as never
  }
  throw new Error('it did not fail')
}

const objects = (n: number) => Array.from({ length: n }, (_, v) => ({ v }))

describe.each(['threads', 'processes'] as const)('a pool of %s', context => {
  const make = (workers = 2, options: PoolOptions = {}) => {
    const pool = new Pool(workers, { context, ...options })
    open.push(pool)
    return pool
  }
  /** All workers answer. */
  const expectFullStrength = async (pool: Pool, workers = 2) => {
    await pool.ready()
    expect(await pool.broadcast(written('() => 1'))).toEqual(Array(workers).fill(1))
  }

  test('a thrown error keeps class, properties, causes and both stacks', async () => {
    const pool = make()
    const fail = written(`function inWorker(x) {
      const error = new RangeError('bad ' + x, { cause: new TypeError('root', { cause: 'text' }) })
      error.account = { id: 7 }
      throw error
    }`)
    const error = await caught(pool.apply(fail, [3]))
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ message: 'bad 3', account: { id: 7 } })
    expect(error.cause).toBeInstanceOf(TypeError)
    expect((error.cause as Error).cause).toBe('text')
    expect(error.stack).toMatch(/inWorker[\s\S]*contract\.test\.ts/)
    await expectFullStrength(pool)
  })

  test.each([
    ['text', '() => { throw "text" }', 'text'],
    ['null', '() => { throw null }', null],
    ['a late rejection', 'async () => { await new Promise(r => setTimeout(r, 5)); throw 5 }', 5],
  ])('what is no error is thrown as it is: %s', async (_, source, thrown) => {
    expect(await caught(make(1).apply(written(source)))).toBe(thrown)
  })

  test('what cannot be cloned is thrown as text', async () => {
    const error = await caught(make(1).apply(written('() => { throw () => 1 }')))
    expect(error).toMatch(/Function/)
  })

  test.each([0, 3])('process.exit(%i) fails the item that called it, alone', async code => {
    const pool = make()
    const exits = written(`x => x.v === 7 ? process.exit(${code}) : x.v * 2`)
    const results = await pool.map(exits, objects(20), { onError: 'collect' })
    expect(results.map(r => (r.status === 'fulfilled' ? r.value : r.reason.exitCode))).toEqual(
      Array.from({ length: 20 }, (_, i) => (i === 7 ? code : i * 2)),
    )
    const { reason } = results[7] as PromiseRejectedResult
    expect(reason).toBeInstanceOf(WorkerCrashedError)
    expect(reason).toMatchObject({ code: 'ERR_WORKER_CRASHED', taskIndex: 7 })
    await expectFullStrength(pool)
  })

  test('the same over numbers, and with fail-fast the map rejects with that error', async () => {
    const pool = make()
    const exits = written('x => x === 77 ? process.exit(1) : x * 2')
    const results = await pool.map(exits, range(200), { onError: 'collect' })
    expect(results.filter(r => r.status === 'rejected')).toHaveLength(1)
    expect(results[76]).toEqual({ status: 'fulfilled', value: 152 })
    expect(await caught(pool.map(exits, range(200)))).toMatchObject({ taskIndex: 77 })
    await expectFullStrength(pool)
  })

  test('results that are no numbers survive a crash too', async () => {
    const pool = make()
    const results = await pool.map(written('x => x === 50 ? process.exit(1) : "n" + x'), range(100), {
      onError: 'collect',
    })
    expect(results.map(r => (r.status === 'fulfilled' ? r.value : 'crashed'))).toEqual(
      Array.from({ length: 100 }, (_, i) => (i === 50 ? 'crashed' : `n${i}`)),
    )
  })

  test('a crash is retried on a fresh worker when retries are asked for', async () => {
    const pool = make()
    const file = join(folder, `retry-${context}`)
    writeFileSync(file, '')
    const flaky = written(`(x, file) => {
      const fs = require('node:fs')
      fs.appendFileSync(file, 'x')
      if (fs.readFileSync(file, 'utf8').length < 3) process.exit(1)
      return x
    }`)
    expect(await pool.apply(flaky, [5, file], { retries: 2 })).toBe(5)
    expect(readFileSync(file, 'utf8')).toBe('xxx')
    writeFileSync(file, '')
    const thrower = written(`x => {
      const fs = require('node:fs')
      fs.appendFileSync(x.file, 'x')
      if (fs.readFileSync(x.file, 'utf8').length < 3) throw new Error('not yet')
      return 9
    }`)
    expect(await pool.map(thrower, [{ file }], { retries: 2 })).toEqual([9])
    expect(
      await caught(pool.map(thrower, [{ file: join(folder, 'none', 'none') }], { retries: 2 })),
    ).toMatchObject({ code: 'ENOENT' })
  })

  test('an endless loop ends at its time-out, and the other items keep their results', async () => {
    const pool = make()
    const loops = written('x => { if (x.v === 3) for (;;); return x.v }')
    const results = await pool.map(loops, objects(8), { timeout: 150, onError: 'collect' })
    expect(results.map(r => (r.status === 'fulfilled' ? r.value : r.reason.constructor))).toEqual([
      0,
      1,
      2,
      TaskTimeoutError,
      4,
      5,
      6,
      7,
    ])
    const numbers = await pool.map(written('x => { if (x === 3) for (;;); return x }'), range(8), {
      timeout: 150,
      onError: 'collect',
    })
    expect(numbers.map(r => (r.status === 'fulfilled' ? r.value : r.reason.code))).toEqual([
      0,
      1,
      2,
      'ERR_TASK_TIMEOUT',
      4,
      5,
      6,
      7,
    ])
    expect(await caught(pool.apply(written('() => { for (;;); }'), [], { timeout: 50 }))).toMatchObject({
      code: 'ERR_TASK_TIMEOUT',
      timeoutMs: 50,
    })
    expect(
      await caught(pool.apply(written('() => new Promise(() => {})'), [], { timeout: 50 })),
    ).toBeInstanceOf(TaskTimeoutError)
    await expectFullStrength(pool)
  })

  test('abort before the start rejects with the reason and runs nothing', async () => {
    const pool = make(1)
    const busy = pool.apply(
      written('() => { const end = Date.now() + 200; while (Date.now() < end); return 1 }'),
    )
    const stop = new AbortController()
    const waiting = pool.apply(written('() => 2'), [], { signal: stop.signal })
    const late = caught(waiting)
    stop.abort('no need')
    expect(await late).toBe('no need')
    expect(waiting.status).toBe('failed')
    expect(await caught(pool.map(written('x => x'), [1], { signal: AbortSignal.abort('done') }))).toBe('done')
    expect(await busy).toBe(1)
  })

  test('abort during an endless loop rejects at once and frees the worker', async () => {
    const pool = make()
    await pool.ready()
    const stop = new AbortController()
    const looping = caught(
      pool.map(written('x => { for (;;); }'), range(10), { signal: stop.signal, graceMs: 20 }),
    )
    const task = pool.apply(written('() => { for (;;); }'), [], { graceMs: 20 })
    const gone = caught(task)
    setTimeout(() => {
      stop.abort()
      task.abort()
    }, 50)
    expect((await looping).name).toBe('AbortError')
    expect((await gone).name).toBe('AbortError')
    await expectFullStrength(pool)
  })

  test('a task that listens to its signal ends by itself, and its worker lives on', async () => {
    const pool = make(1)
    const before = await pool.broadcast(
      written('() => process.pid + ":" + require("node:worker_threads").threadId'),
    )
    const waits = written(
      '(x, context) => new Promise(r => context.signal.addEventListener("abort", () => r(1)))',
    )
    const task = pool.map(waits, objects(1), { graceMs: 10_000 })
    setTimeout(() => task.abort(), 50)
    expect((await caught(task)).name).toBe('AbortError')
    expect(
      await pool.broadcast(written('() => process.pid + ":" + require("node:worker_threads").threadId')),
    ).toEqual(before)
  })

  test('a result that cannot be cloned fails its item, with the place, and the worker lives', async () => {
    const pool = make(1)
    const error = await caught(pool.apply(written('() => ({ rows: [1, { callback() {} }] })')))
    expect(error).toBeInstanceOf(ResultSerializationError)
    expect(error).toMatchObject({ code: 'ERR_RESULT_SERIALIZATION', path: '.rows[1].callback' })
    expect(error.preview).toContain('rows')
    const results = await pool.map(written('x => x.v === 2 ? () => 1 : x.v'), objects(4), {
      onError: 'collect',
    })
    expect(results.map(r => (r.status === 'fulfilled' ? r.value : r.reason.taskIndex))).toEqual([0, 1, 2, 3])
    const shared = await pool.map(written('x => x === 2 ? () => 1 : x'), range(4), { onError: 'collect' })
    expect(shared.map(r => r.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(pool.stats.crashes).toBe(0)
  })

  test('an argument that cannot be cloned fails its item alone', async () => {
    const pool = make(1)
    const error = await caught(pool.apply(written('x => x'), [{ a: [() => 1] }]))
    expect(error).toBeInstanceOf(ArgumentSerializationError)
    expect(error).toMatchObject({ code: 'ERR_ARGUMENT_SERIALIZATION', path: '[0].a[0]' })
    const items = [{ v: 1 }, { v: () => 1 }, { v: 3 }]
    const results = await pool.map(written('x => x.v'), items, { onError: 'collect' })
    expect(results.map(r => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const closure = caught(
      pool.map(written('x => x + k.f'), [{ v: 1 }], { closure: { k: { f: Symbol('s') } } }),
    )
    expect(await closure).toBeInstanceOf(ArgumentSerializationError)
    expect(await pool.apply(written('x => x'), [1])).toBe(1)
  })

  test('an initializer that fails rejects what waits, with its error as the cause', async () => {
    const pool = make(2, { initializer: written('() => { throw new TypeError("no data") }') })
    const error = await caught(pool.apply(written('() => 1')))
    expect(error).toBeInstanceOf(WorkerInitError)
    expect(error.cause).toBeInstanceOf(TypeError)
    expect(error.message).toContain('no data')
    expect(await caught(pool.map(written('x => x'), range(10)))).toBeInstanceOf(WorkerInitError)
    expect(await caught(pool.ready())).toBeInstanceOf(WorkerInitError)
  })

  test('a module that does not load rejects with TaskLoadError, and the pool lives', async () => {
    const pool = make(1)
    const bad = join(folder, `bad-${context}.mjs`)
    writeFileSync(bad, 'throw new Error("top level")')
    const tasks = importTasks<{ f: () => number }>(pathToFileURL(bad))
    const error = await caught(pool.apply(tasks.f))
    expect(error).toBeInstanceOf(TaskLoadError)
    expect(error.message).toContain('top level')
    const none = importTasks<{ f: (x: number) => number }>(pathToFileURL(join(folder, 'none.mjs')))
    expect(await caught(pool.map(none.f, [1, 2]))).toBeInstanceOf(TaskLoadError)
    expect(await caught(pool.map(none.f, [{}] as never))).toBeInstanceOf(TaskLoadError)
    expect(await pool.apply(written('() => 1'))).toBe(1)
  })

  test('a pool that a task module makes while it loads is refused', async () => {
    const bomb = join(folder, `bomb-${context}.mjs`)
    const entry = new URL('../../dist/bundle/index.js', import.meta.url).href
    writeFileSync(
      bomb,
      `import { Pool } from '${entry}'\nconst pool = new Pool(2)\nexport const f = () => pool.size`,
    )
    const tasks = importTasks<{ f: () => number }>(pathToFileURL(bomb))
    const error = await caught(make(1).apply(tasks.f))
    expect(error).toBeInstanceOf(TaskLoadError)
    expect(error.message).toMatch(/isMainThread/)
  })

  test('close lets queued work finish; join waits for it; later work is refused', async () => {
    const pool = make(1)
    const results = Promise.all(Array.from({ length: 10 }, (_, i) => pool.apply(written('x => x'), [i])))
    expect(await caught(pool.join())).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
    pool.close()
    expect(await caught(pool.apply(written('() => 1')))).toBeInstanceOf(PoolClosedError)
    await pool.join()
    expect(await results).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(pool.size).toBe(0)
  })

  test('join gives up after its time-out, and the work goes on', async () => {
    const pool = make(1)
    const slow = pool.apply(written('() => new Promise(r => setTimeout(r, 300, 1))'))
    pool.close()
    expect(await caught(pool.join({ timeout: 10 }))).toBeInstanceOf(TimeoutError)
    expect(await slow).toBe(1)
  })

  test('terminate rejects what runs and what waits', async () => {
    const pool = make(1)
    const tasks = [
      pool.apply(written('() => { for (;;); }')),
      pool.map(written('x => { for (;;); }'), range(5)),
      pool.map(written('x => x'), objects(5)),
    ]
    const errors = Promise.all(tasks.map(caught))
    await pool.ready()
    await pool.terminate()
    for (const error of await errors) expect(error).toBeInstanceOf(PoolTerminatedError)
    expect(await caught(pool.apply(written('() => 1')))).toBeInstanceOf(PoolTerminatedError)
    expect(pool.size).toBe(0)
  })

  test('a signal terminates the pool', async () => {
    const stop = new AbortController()
    const pool = make(1, { signal: stop.signal })
    const running = caught(pool.apply(written('() => { for (;;); }')))
    stop.abort('shutting down')
    expect(await running).toMatchObject({ code: 'ERR_POOL_TERMINATED', cause: 'shutting down' })
  })

  test('await using closes and joins, using terminates', async () => {
    const pool = make(1)
    const result = pool.apply(written('() => 5'))
    await pool[Symbol.asyncDispose]()
    expect(await result).toBe(5)
    const other = make(1)
    const lost = caught(other.apply(written('() => { for (;;); }')))
    other[Symbol.dispose]()
    expect(await lost).toBeInstanceOf(PoolTerminatedError)
  })

  test('maxQueue refuses what is too much, and capacity waits for room', async () => {
    const pool = make(1, { maxQueue: 2 })
    await pool.ready()
    const slow = written('() => new Promise(r => setTimeout(r, 50, 1))')
    const first = pool.apply(slow)
    await new Promise(resolve => setImmediate(resolve))
    const waiting = [pool.apply(slow), pool.apply(slow)]
    expect(await caught(pool.apply(slow))).toBeInstanceOf(PoolQueueFullError)
    await pool.capacity()
    const more = pool.apply(slow)
    expect(await Promise.all([first, ...waiting, more])).toEqual([1, 1, 1, 1])
  })

  test('cancelPending rejects what waits and leaves what runs', async () => {
    const pool = make(1)
    await pool.ready()
    const running = pool.apply(written('() => new Promise(r => setTimeout(r, 100, 1))'))
    await new Promise(resolve => setImmediate(resolve))
    const waiting = [1, 2, 3].map(() => caught(pool.apply(written('() => 2'))))
    expect(pool.cancelPending('enough')).toBe(3)
    expect(await Promise.all(waiting)).toEqual(['enough', 'enough', 'enough'])
    expect(await running).toBe(1)
  })

  test('a stream is pulled by its reader, ends its generator early, and passes errors on', async () => {
    const pool = make(1)
    const counts = written('function* (to) { for (let i = 0; i < to; i++) yield i }')
    const all: unknown[] = []
    for await (const value of pool.stream(counts, [100])) all.push(value)
    expect(all).toEqual(Array.from({ length: 100 }, (_, i) => i))
    const mark = join(folder, `stream-${context}`)
    const closes = written(`async function* (file) {
      let n = 0
      try { for (;;) yield n++ } finally { require('node:fs').writeFileSync(file, String(n)) }
    }`)
    for await (const value of pool.stream(closes, [mark], { buffer: 4, graceMs: 10_000 }))
      if (value === 2) break
    await pool.apply(written('() => 1'))
    // Not further ahead than the buffer.
    expect(Number(readFileSync(mark, 'utf8'))).toBeLessThan(10)
    const fails = pool.stream(written('function* () { yield 1; throw new RangeError("end") }'))
    expect(await fails.next()).toEqual({ done: false, value: 1 })
    expect(await caught(fails.next())).toBeInstanceOf(RangeError)
    const crashes = pool.stream(written('async function* () { yield 1; await null; process.exit(2) }'))
    await crashes.next()
    expect(await caught(crashes.next())).toBeInstanceOf(WorkerCrashedError)
    expect(await caught(pool.stream(written('() => 5')).next())).toBeInstanceOf(TypeError)
  })

  test('an error that no task caught fails the only task that runs; the worker goes on', async () => {
    const pool = make(1)
    const stray = written('() => new Promise(() => setTimeout(() => { throw new RangeError("stray") }, 5))')
    expect(await caught(pool.apply(stray))).toBeInstanceOf(RangeError)
    expect(await pool.apply(written('() => 1'))).toBe(1)
    expect(pool.stats.crashes).toBe(0)
  })

  test('the heap of a worker is limited, and only the item that outgrew it fails', async () => {
    const pool = make(1, { memoryLimit: '40MB', stdio: 'capture' })
    const grows = written(
      'x => { if (x.v !== 1) return x.v; const all = []; for (;;) all.push({ a: all.length, b: [1, 2, 3] }) }',
    )
    const results = await pool.map(grows, objects(3), { onError: 'collect' })
    expect(results.map(r => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(WorkerOutOfMemoryError)
    await expectFullStrength(pool, 1)
  })

  test('the end of stderr is on the error when it is captured', async () => {
    const pool = make(1, { stdio: 'capture' })
    const dies = written(
      '() => { require("node:fs").writeSync(2, "last words"); console.error("more"); return new Promise(r => setTimeout(() => process.exit(9), 50)) }',
    )
    const error = await caught(pool.apply(dies))
    expect(error).toMatchObject({ exitCode: 9, workerId: 1 })
    expect(error.stderr).toContain('more')
  })
})

test('SIGKILL fails the item that ran in the process, names the signal, and the others keep their results', async () => {
  const pool = new Pool(2, { context: 'processes' })
  open.push(pool)
  const dies = written(
    'x => { if (x.v === 5) process.kill(process.pid, "SIGKILL"); const end = Date.now() + 2; while (Date.now() < end); return x.v }',
  )
  const results = await pool.map(dies, objects(20), { onError: 'collect' })
  expect(results.map(r => (r.status === 'fulfilled' ? r.value : r.reason.signal))).toEqual(
    Array.from({ length: 20 }, (_, i) => (i === 5 ? 'SIGKILL' : i)),
  )
  await pool.ready()
  expect(await pool.broadcast(written('() => 1'))).toEqual([1, 1])
})

test('pools of processes take no transfer list', async () => {
  const pool = new Pool(1, { context: 'processes' })
  open.push(pool)
  const error = await caught(pool.apply(written('x => x'), [1], { transfer: [new ArrayBuffer(8)] }))
  expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
})
