import { describe, expect, test } from 'vitest'
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  Lock,
  Semaphore,
  SharedArray,
  Value,
} from '../../../dist/index.js'
import { contexts } from './contexts.js'
import { runAll, start } from './run.js'

const code = (expected: string) => expect.objectContaining({ code: expected })

describe.each(contexts)('semaphores between %s', context => {
  test('never are more permits out than there are', async () => {
    const semaphore = new Semaphore(3, { context })
    const inside = new Value('i32', 0, { context })
    const most = await runAll(
      context,
      4,
      async (index, semaphore, inside) => {
        let most = 0
        for (let i = 0; i < 100; i++) {
          const n = 1 + ((i + index) % 2)
          const permit = await semaphore.acquire(n)
          most = Math.max(most, inside.add(n))
          await new Promise(setImmediate)
          inside.add(-n)
          permit.release()
          permit.release()
        }
        return most
      },
      semaphore,
      inside,
    )
    expect(Math.max(...most)).toBeLessThanOrEqual(3)
    expect(Math.max(...most)).toBeGreaterThan(1)
    expect(semaphore.value).toBe(3)
  })

  test('tryAcquire, acquireSync, timeout and signal', async () => {
    const semaphore = new Semaphore(2, { context })
    const permit = semaphore.tryAcquire(2)!
    expect(semaphore.tryAcquire()).toBe(null)
    await expect(semaphore.acquire(1, { timeout: 20 })).rejects.toEqual(code('ERR_TIMEOUT'))
    await expect(semaphore.acquire(1, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
    expect(() => semaphore.acquireSync(1, { timeout: 10, allowMainThread: true })).toThrow(
      code('ERR_TIMEOUT'),
    )
    expect(() => semaphore.acquireSync()).toThrow(code('ERR_MAIN_THREAD'))
    permit.release()
    semaphore.acquireSync(2, { allowMainThread: true }).release()
    semaphore.release(3)
    expect(semaphore.value).toBe(5)
  })

  test('a BoundedSemaphore refuses a release too many', async () => {
    const semaphore = new BoundedSemaphore(2, { context })
    await semaphore.acquire()
    expect(() => semaphore.release(2)).toThrow(code('ERR_INVALID_STATE'))
    semaphore.release()
    expect(() => semaphore.release()).toThrow(code('ERR_INVALID_STATE'))
    expect(semaphore.value).toBe(2)
  })
})

describe.each(contexts)('events between %s', context => {
  test('set wakes everyone who waits; clear makes later ones wait', async () => {
    const event = new Event({ context })
    const waiting = new Semaphore(0, { context })
    const woken = runAll(
      context,
      3,
      async (index, event, waiting) => {
        waiting.release()
        return index === 0 ? event.waitSync({ allowMainThread: true }) : await event.wait()
      },
      event,
      waiting,
    )
    await waiting.acquire(3)
    event.set()
    event.set()
    expect(await woken).toEqual([true, true, true])
    expect(event.isSet).toBe(true)
    event.clear()
    event.clear()
    expect(event.isSet).toBe(false)
    expect(await event.wait({ timeout: 20 })).toBe(false)
    expect(event.waitSync({ timeout: 5, allowMainThread: true })).toBe(false)
    await expect(event.wait({ signal: AbortSignal.timeout(5) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })

  test('a waiter sees a set that is cleared at once', async () => {
    const event = new Event({ context })
    const waiting = event.wait({ timeout: 10_000 })
    event.set()
    event.clear()
    expect(await waiting).toBe(true)
  })
})

describe.each(contexts)('conditions between %s', context => {
  test('producers and consumers take turns over one slot', async () => {
    const condition = new Condition({ context })
    const slot = new SharedArray('i32', 2, { context })
    const results = await runAll(
      context,
      4,
      async (index, condition, slot) => {
        let sum = 0
        for (let i = 1; i <= 50; i++) {
          const guard = await condition.lock.acquire()
          if (index % 2 === 0) {
            await condition.waitFor(guard, () => slot.array[0] === 0)
            slot.array[0] = i
          } else {
            await condition.waitFor(guard, () => slot.array[0] !== 0)
            sum += slot.array[0]!
            slot.array[0] = 0
          }
          condition.notifyAll()
          guard.release()
        }
        return sum
      },
      condition,
      slot,
    )
    expect(results[1]! + results[3]!).toBe(2 * 1275)
  })

  test('notify wakes as many as it says, the first come first, and none that gave up or died', async () => {
    const condition = new Condition({ context })
    const woken: string[] = []
    const wait = async (name: string, options?: { timeout?: number; signal?: AbortSignal }) => {
      const guard = await condition.lock.acquire()
      try {
        if (await condition.wait(guard, options)) woken.push(name)
      } finally {
        guard.release()
      }
    }
    const waiting = new Event({ context })
    const dies = start(
      context,
      async (condition, waiting) => {
        const guard = await condition.lock.acquire()
        const wait = condition.wait(guard)
        waiting.set()
        await wait
      },
      condition,
      waiting,
    )
    await waiting.wait()
    const first = wait('gives up', { timeout: 1 })
    const aborted = wait('aborted', { signal: AbortSignal.timeout(2) })
    aborted.catch(() => {})
    const [second, third, fourth] = [wait('second'), wait('third'), wait('fourth')]
    await first
    await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' })
    await dies.kill()
    await lockOf(condition).run(() => condition.notify())
    await second
    expect(woken).toEqual(['second'])
    await lockOf(condition).run(() => condition.notifyAll())
    await Promise.all([third, fourth])
    expect(woken).toEqual(['second', 'third', 'fourth'])
    expect(condition.lock.locked).toBe(false)
  })

  test('the lock must be held, and may be shared by several conditions', async () => {
    const lock = new Lock({ context })
    const [one, two] = [new Condition({ lock }), new Condition({ lock })]
    expect(() => one.notify()).toThrow(code('ERR_NOT_OWNER'))
    const guard = await lock.acquire()
    const waiting = one.wait(guard)
    await lock.run(() => two.notifyAll())
    expect(await one.lock.run(() => one.notify())).toBe(undefined)
    expect(await waiting).toBe(true)
    guard.release()
    await expect(one.wait(guard)).rejects.toEqual(code('ERR_NOT_OWNER'))
    const same = (one: Condition, two: Condition) => one.lock === two.lock
    expect(await start(context, same, one, two).result).toBe(true)
  })

  test('waitFor gives false when the time runs out first', async () => {
    const condition = new Condition({ context })
    using guard = await condition.lock.acquire()
    expect(await condition.waitFor(guard, () => false, { timeout: 20 })).toBe(false)
    expect(await condition.waitFor(guard, () => true, { timeout: 0 })).toBe(true)
  })
})

const lockOf = (condition: Condition) => condition.lock

describe.each(contexts)('barriers between %s', context => {
  test('nobody goes on before all have arrived, round after round', async () => {
    const barrier = new Barrier(3, { context })
    const arrivals = new Value('i32', 0, { context })
    const places = await runAll(
      context,
      3,
      async (_, barrier, arrivals) => {
        const places: number[] = []
        for (let round = 1; round <= 100; round++) {
          arrivals.add(1)
          places.push(await barrier.wait())
          if (arrivals.value < 3 * round) throw new Error('too early')
        }
        return places
      },
      barrier,
      arrivals,
    )
    for (let round = 0; round < 100; round++) {
      expect(places.map(party => party[round]!).sort()).toEqual([0, 1, 2])
    }
    expect([barrier.parties, barrier.nWaiting, barrier.broken]).toEqual([3, 0, false])
  })

  test('a timeout, an abort, a signal and a death break it for everyone; reset makes it whole', async () => {
    const barrier = new Barrier(2, { context, timeout: 30 })
    await expect(barrier.wait()).rejects.toEqual(code('ERR_BARRIER_BROKEN'))
    expect(barrier.broken).toBe(true)
    await expect(barrier.wait()).rejects.toEqual(code('ERR_BARRIER_BROKEN'))
    barrier.reset()
    expect(barrier.broken).toBe(false)
    expect((await Promise.all([barrier.wait(), barrier.wait()])).sort()).toEqual([0, 1])

    const waiting = barrier.wait({ timeout: 60_000 })
    barrier.abort()
    await expect(waiting).rejects.toEqual(code('ERR_BARRIER_BROKEN'))
    barrier.reset()

    const reset = barrier.wait({ timeout: 60_000 })
    barrier.reset()
    await expect(reset).rejects.toEqual(code('ERR_BARRIER_BROKEN'))
    expect(barrier.broken).toBe(false)

    await expect(barrier.wait({ signal: AbortSignal.timeout(5) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(barrier.broken).toBe(true)
  })

  test('a party that dies while it waits breaks the barrier', async () => {
    const barrier = new Barrier(3, { context })
    const dies = start(context, barrier => barrier.wait().then(() => {}), barrier)
    while (barrier.nWaiting < 1) await new Promise(setImmediate)
    const waiting = barrier.wait()
    waiting.catch(() => {})
    await dies.kill()
    await expect(waiting).rejects.toEqual(code('ERR_BARRIER_BROKEN'))
  })

  test('the action runs once a round, before anyone goes on; its error breaks the barrier', async () => {
    let fail = false
    const log: string[] = []
    const barrier = new Barrier(2, {
      context,
      action: () => {
        log.push('action')
        if (fail) throw new Error('in the action')
      },
    })
    const party = async () => {
      await barrier.wait()
      log.push('on')
    }
    await Promise.all([party(), party()])
    expect(log).toEqual(['action', 'on', 'on'])
    fail = true
    const results = await Promise.allSettled([party(), party()])
    expect(results.map(result => (result as PromiseRejectedResult).reason.message).sort()[0]).toBe(
      'in the action',
    )
    expect(barrier.broken).toBe(true)
  })
})

describe.each(contexts)('numbers between %s', context => {
  test('add and compareExchange are exact from many threads, for every type', async () => {
    const values = {
      i8: new Value('i8', 0, { context }),
      u16: new Value('u16', 0, { context }),
      int32: new Value('int32', 0, { context }),
      u64: new Value('u64', 0n, { context }),
      f32: new Value('f32', 0, { context }),
      f64: new Value('f64', 0, { context }),
    }
    await runAll(
      context,
      3,
      (_, values) => {
        for (let i = 0; i < 1000; i++) {
          values.i8.add(1)
          values.u16.add(1)
          values.int32.add(-1)
          values.u64.add(1n)
          values.f32.add(0.5)
          values.f64.add(0.25)
        }
      },
      values,
    )
    expect(values.i8.value).toBe((3000 << 24) >> 24)
    expect(values.u16.value).toBe(3000)
    expect(values.int32.value).toBe(-3000)
    expect(values.u64.value).toBe(3000n)
    expect(values.f32.value).toBe(1500)
    expect(values.f64.value).toBe(750)
    expect(values.f64.compareExchange(1, 2)).toBe(750)
    expect(values.f64.compareExchange(750, -0.5)).toBe(750)
    expect(values.f64.value).toBe(-0.5)
    values.u64.value = 2n ** 64n - 1n
    expect(values.u64.add(1n)).toBe(0n)
  })

  test('a value comes with a Lock unless told otherwise', async () => {
    const value = new Value('f64', 1.5, { context })
    using _guard = await value.lock.acquire()
    expect(await start(context, value => value.lock.tryAcquire() === null, value).result).toBe(true)
    expect(() => new Value('i32', 0, { context, lock: false }).lock).toThrow(code('ERR_INVALID_STATE'))
    expect(() => new Value('i33' as never)).toThrow(code('ERR_INVALID_ARGUMENT'))
    expect(() => new Value('i32', 5n as never)).toThrow(code('ERR_INVALID_ARGUMENT'))
    expect(new Value('i64').value).toBe(0n)
  })

  test('a SharedArray is one memory in every thread', async () => {
    const array = SharedArray.from('f64', new Set([1, 2, 3]), { context })
    const bytes = new SharedArray('u8', 5, { context, lock: false })
    await start(
      context,
      (array, bytes) => {
        array.array[1] = 20
        bytes.array.fill(255)
      },
      array,
      bytes,
    ).result
    expect([...array.array]).toEqual([1, 20, 3])
    expect([...bytes.array]).toEqual([255, 255, 255, 255, 255])
    expect([array.length, array.type, bytes.length]).toEqual([3, 'f64', 5])
    expect(() => bytes.lock).toThrow(code('ERR_INVALID_STATE'))
    expect(array.lock.locked).toBe(false)
    expect(() => SharedArray.from('i32', ['1'] as never)).toThrow(code('ERR_INVALID_ARGUMENT'))
    expect(() => new SharedArray('i32', -1)).toThrow(code('ERR_INVALID_ARGUMENT'))
    expect(new SharedArray('f64', 0, { context }).length).toBe(0)
  })
})
