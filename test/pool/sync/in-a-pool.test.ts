import { getContext, MillraceError, Pool, QueueFull, range, SharedMemory } from 'millrace'
import { describe, expect, test } from 'vitest'
import { contexts } from './contexts.js'

describe.each(contexts)('a pool of %s', context => {
  const { Lock, Queue, SharedArray, Value } = getContext(context)

  test('gets locks and numbers as arguments, in closures and in initArgs', async () => {
    const [lock, total, done, results] = [Lock(), Value('f64', 0), Value('i32', 0), Queue<number>()]
    const pool = new Pool(2, {
      context,
      initializer: (count: typeof done) => void count.add(1),
      initArgs: [done],
    })
    try {
      await pool.map(
        async (n: number) => {
          const guard = await lock.acquire()
          total.value += n
          guard.release()
        },
        range(0, 200),
        { closure: { lock, total } },
      )
      expect(total.value).toBe(19_900)
      expect(done.value).toBeGreaterThan(0)
      await pool.apply(async (queue: typeof results, n: number) => queue.put(n), [results, 7])
      expect(await results.get()).toBe(7)
    } finally {
      await pool.terminate()
    }
  })

  test('gets shared arrays as items, and writes into them', async () => {
    const arrays = [SharedArray('i32', 3), SharedArray('i32', 3)]
    const pool = new Pool(2, { context })
    try {
      await pool.map((array: (typeof arrays)[0]) => array.array.fill(array.length).length, arrays)
      expect(arrays.map(array => [...array.array])).toEqual([
        [3, 3, 3],
        [3, 3, 3],
      ])
    } finally {
      await pool.terminate()
    }
  })

  test('that cannot have a shared object says so, whatever way it came', async () => {
    const memory = SharedMemory.create({ bytes: 4096 })
    memory.unlink()
    const pool = new Pool(1, { context })
    const size = (given: SharedMemory) => given.buffer.byteLength
    const all = async <T>(values: AsyncIterable<T>) => {
      for await (const _ of values);
    }
    try {
      const ways: Record<string, Promise<unknown>> = {
        map: pool.map(size, [memory]),
        closure: pool.map(n => n + memory.buffer.byteLength, [1, 2], { closure: { memory } }),
        imap: all(pool.imap(size, [memory])),
        apply: pool.apply(size, [memory]),
        stream: all(
          pool.stream(
            function* (given: SharedMemory) {
              yield given.buffer.byteLength
            },
            [memory],
          ),
        ),
      }
      const told = (outcome: PromiseSettledResult<unknown>) =>
        outcome.status === 'rejected' && /cannot attach the shared memory/.test(outcome.reason.message)
      const outcomes = await Promise.allSettled(Object.values(ways))
      expect(Object.keys(ways).filter((_, i) => !told(outcomes[i]!))).toEqual([])
      expect(await pool.map(x => x + 1, [1])).toEqual([2])
    } finally {
      memory.close()
      await pool.terminate()
    }
  })

  test('fails with the class that the queue threw', async () => {
    const full = Queue<number>({ maxSize: 1 })
    await full.put(1)
    const pool = new Pool(1, { context })
    try {
      const error = await pool
        .apply((queue: typeof full) => queue.putNowait(2), [full])
        .catch(thrown => thrown)
      expect(error).toBeInstanceOf(QueueFull)
      expect(error).toBeInstanceOf(MillraceError)
      expect(error).toMatchObject({ name: 'QueueFull', code: 'ERR_QUEUE_FULL' })
    } finally {
      await pool.terminate()
    }
  })
})
