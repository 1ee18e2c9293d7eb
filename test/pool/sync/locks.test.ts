import { describe, expect, test } from 'vitest'
import { Event, Lock, RLock, Semaphore, SharedArray, Value } from '../../../dist/index.js'
import { contexts } from './contexts.js'
import { runAll, start } from './run.js'

const code = (expected: string) => expect.objectContaining({ code: expected })

describe.each(contexts)('locks between %s', context => {
  test('a counter that is read and written under a lock is exact', async () => {
    const lock = new Lock({ context })
    const counter = new Value('f64', 0, { context })
    await runAll(
      context,
      4,
      async (index, lock, counter) => {
        for (let i = 0; i < 500; i++) {
          const guard = index % 2 === 0 ? await lock.acquire() : lock.acquireSync({ allowMainThread: true })
          const before = counter.value
          if (i % 50 === 0) await new Promise(setImmediate)
          counter.value = before + 1
          guard.release()
        }
      },
      lock,
      counter,
    )
    expect(counter.value).toBe(2000)
    expect(lock.locked).toBe(false)
  })

  test('a lock whose owner is killed goes on as abandoned, once', async () => {
    const lock = new Lock({ context })
    const held = new Event({ context })
    const owner = start(
      context,
      async (lock, held) => {
        await lock.acquire()
        held.set()
        setInterval(() => {}, 1000)
        await new Promise(() => {})
      },
      lock,
      held,
    )
    await held.wait()
    expect(lock.tryAcquire()).toBe(null)
    const waiting = lock.acquire()
    await owner.kill()
    const guard = await waiting
    expect(guard.abandoned).toBe(true)
    guard.release()
    const next = await lock.acquire()
    expect(next.abandoned).toBe(false)
    next.release()
  })

  test('owners killed at random moments, a hundred times, never lose the lock', async () => {
    const lock = new Lock({ context })
    const pair = new SharedArray('i32', 2, { context })
    const running = new Semaphore(0, { context })
    const fill = async (lock: Lock, pair: SharedArray<'i32'>, running: Semaphore) => {
      running.release()
      while (true) {
        const guard = await lock.acquire()
        pair.array[0]!++
        for (let i = 0; i < 20_000; i++) Math.sqrt(i)
        pair.array[1]!++
        guard.release()
      }
    }
    let abandoned = 0
    for (let round = 0; round < 50; round++) {
      const owners = [0, 1].map(() => start(context, fill, lock, pair, running))
      await running.acquire(2)
      await new Promise(resolve => setTimeout(resolve, Math.random() * 8))
      await Promise.all(owners.map(owner => owner.kill()))
      const guard = await lock.acquire({ timeout: 10_000 })
      const [first, second] = pair.array
      if (guard.abandoned) {
        abandoned++
        pair.array[1] = first!
      } else expect(first).toBe(second)
      guard.release()
      expect(lock.locked).toBe(false)
    }
    expect(pair.array[0]).toBeGreaterThan(0)
    expect(abandoned).toBeGreaterThan(0)
  }, 120_000)

  test('a release by someone who does not hold the lock is an error and changes nothing', async () => {
    const lock = new Lock({ context })
    expect(() => lock.release()).toThrow(code('ERR_NOT_OWNER'))
    const guard = await lock.acquire()
    await expect(start(context, lock => lock.release(), lock).result).rejects.toEqual(code('ERR_NOT_OWNER'))
    expect(lock.locked).toBe(true)
    guard.release()
    guard.release()
    expect(lock.locked).toBe(false)
    const again = await lock.acquire()
    guard.release()
    expect(lock.locked).toBe(true)
    lock.release()
    again.release()
    expect(lock.locked).toBe(false)
  })

  test('waiting ends by timeout, by signal, and before it begins', async () => {
    const lock = new Lock({ context })
    const guard = await lock.acquire()
    await expect(lock.acquire({ timeout: 20 })).rejects.toEqual(code('ERR_TIMEOUT'))
    await expect(lock.acquire({ timeout: 0 })).rejects.toEqual(code('ERR_TIMEOUT'))
    expect(() => lock.acquireSync({ timeout: 20, allowMainThread: true })).toThrow(code('ERR_TIMEOUT'))
    const controller = new AbortController()
    const aborted = lock.acquire({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    await expect(lock.acquire({ signal: controller.signal })).rejects.toThrow('enough')
    const next = lock.acquire()
    guard.release()
    ;(await next).release()
    expect(lock.locked).toBe(false)
  })

  test('tasks of one thread get the lock in the order of asking', async () => {
    const lock = new Lock({ context })
    const order: number[] = []
    const first = await lock.acquire()
    const tasks = Array.from({ length: 20 }, (_, i) => lock.run(() => void order.push(i)))
    first.release()
    await Promise.all(tasks)
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  test('run releases when the function throws', async () => {
    const lock = new Lock({ context })
    await expect(
      lock.run(() => {
        throw new Error('inside')
      }),
    ).rejects.toThrow('inside')
    expect(lock.locked).toBe(false)
  })

  test('an RLock is taken again by its thread, and free after as many releases', async () => {
    const lock = new RLock({ context })
    const outer = await lock.acquire()
    const inner = lock.tryAcquire()!
    const sync = lock.acquireSync({ allowMainThread: true })
    const elsewhere = (lock: RLock) => lock.tryAcquire() !== null
    sync.release()
    outer.release()
    expect(await start(context, elsewhere, lock).result).toBe(false)
    inner.release()
    inner.release()
    expect(await start(context, elsewhere, lock).result).toBe(true)
    expect(() => lock.release()).toThrow(code('ERR_NOT_OWNER'))
  })

  test('an RLock taken over from a dead owner is held once', async () => {
    const lock = new RLock({ context })
    await expect(
      start(
        context,
        async lock => {
          for (let i = 0; i < 3; i++) await lock.acquire()
          process.exit(0)
        },
        lock,
      ).result,
    ).rejects.toThrow('ended')
    const guard = await lock.acquire()
    expect(guard.abandoned).toBe(true)
    guard.release()
    expect(lock.locked).toBe(false)
  })
})

test('blocking the main thread must be allowed, and waiting for oneself is refused', async () => {
  const lock = new Lock()
  expect(() => lock.acquireSync()).toThrow(code('ERR_MAIN_THREAD'))
  using _guard = await lock.acquire()
  expect(() => lock.acquireSync({ allowMainThread: true })).toThrow(code('ERR_DEADLOCK'))
})

test('options are checked', async () => {
  expect(() => new Lock({ contxt: 'threads' } as never)).toThrow(code('ERR_UNKNOWN_OPTION'))
  expect(() => new Lock({ context: 'fibres' } as never)).toThrow(code('ERR_INVALID_ARGUMENT'))
  await expect(new Lock().acquire({ timeout: -1 })).rejects.toEqual(code('ERR_INVALID_ARGUMENT'))
  await expect(new Lock().acquire({ signal: {} } as never)).rejects.toEqual(code('ERR_INVALID_ARGUMENT'))
})
