import { getContext, Pool, range } from 'millrace'
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
})
