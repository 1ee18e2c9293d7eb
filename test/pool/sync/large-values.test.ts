// Values far larger than what usually travels: typed arrays of many megabytes, and shared memory.
import { describe, expect, test } from 'vitest'
import { Event, Pipe, Queue, SharedArray } from '../../../dist/index.js'
import { contexts } from './contexts.js'
import { start } from './run.js'

const code = (expected: string) => expect.objectContaining({ code: expected })
const million = 1e6

describe.each(contexts)('between %s', context => {
  test('typed arrays of any kind go through a queue as copies, larger ones than its default room too', async () => {
    const queue = new Queue<unknown>({ context, bytes: '64MB' })
    const numbers = Float64Array.from({ length: 2 * million }, (_, i) => i / 3)
    const sum = start(
      context,
      async queue => {
        const sums: number[] = []
        for await (const [name, array] of queue as unknown as AsyncIterable<[string, Float64Array]>)
          sums.push(
            array.constructor.name === name ? Number(array.reduce((a, b) => a + Number(b), 0)) : Number.NaN,
          )
        return sums
      },
      queue,
    )
    const sent = [
      numbers,
      Uint8Array.of(1, 2),
      BigInt64Array.of(5n, 6n),
      Float32Array.of(0.5),
      new Uint16Array(0),
    ]
    // More than the ring holds, so that it wraps around and puts wait for gets.
    const all = [...sent, ...sent, ...sent, ...sent, ...sent, ...sent]
    for (const array of all) await queue.put([array.constructor.name, array])
    queue.close()
    const expected = all.map(array => Number([...(array as Float64Array)].reduce((a, b) => a + Number(b), 0)))
    expect(await sum.result).toEqual(expected)
    expect(numbers.length).toBe(2 * million)
  })

  test('what is larger than the whole queue or pipe is refused at once, with what to do', async () => {
    const queue = new Queue<unknown>({ context })
    const tooLarge = new Float64Array(3 * million)
    await expect(queue.put(tooLarge)).rejects.toEqual(code('ERR_QUEUE_FULL'))
    await expect(queue.put(tooLarge)).rejects.toMatchObject({ hint: expect.stringContaining('bytes') })
    expect(() => queue.putNowait(tooLarge)).toThrow(code('ERR_QUEUE_FULL'))
    const [a, b] = Pipe({ context })
    await expect(a.send(tooLarge)).rejects.toMatchObject({ hint: expect.stringContaining('bytes') })
    // And both go on.
    await queue.put(1)
    await a.send(2)
    expect([await queue.get(), await b.recv()]).toEqual([1, 2])
  })

  test('megabytes go both ways through a pipe', async () => {
    const [mine, theirs] = Pipe<any, any>({ context, bytes: '32MB' })
    const echo = start(
      context,
      async end => {
        for await (const { bytes, text } of end as AsyncIterable<{ bytes: Uint8Array; text: string }>) {
          await end.send({ bytes: bytes.map(byte => byte + 1), length: text.length })
          await end.sendBytes(bytes.subarray(0, 5 * 2 ** 20))
        }
      },
      theirs,
    )
    const bytes = new Uint8Array(9 * million).fill(7)
    const text = 'ä'.repeat(million)
    for (let round = 0; round < 5; round++) {
      await mine.send({ bytes, text })
      const back = (await mine.recv()) as { bytes: Uint8Array; length: number }
      expect([back.bytes.length, back.bytes[0], back.bytes.at(-1), back.length]).toEqual([
        9 * million,
        8,
        8,
        million,
      ])
      expect((await mine.recvBytes()).length).toBe(5 * 2 ** 20)
    }
    mine.close()
    await echo.result
  })

  test('a shared array goes to a worker as the same memory, whatever its size', async () => {
    const shared = new SharedArray('f64', 4 * million, { context })
    const done = new Event({ context })
    const fill = start(
      context,
      async (shared, done) => {
        shared.array.fill(1.5)
        done.set()
      },
      shared,
      done,
    )
    await done.wait()
    expect([shared.array[0], shared.array.at(-1)]).toEqual([1.5, 1.5])
    await fill.result
  })
})

test('shared memory of processes goes through a queue by its name; that of threads is refused with what to do', async () => {
  const queue = new Queue<unknown>({ context: 'processes' })
  const shared = new SharedArray('i32', million, { context: 'processes' })
  const other = start(
    'processes',
    async queue => {
      const shared = (await queue.get()) as SharedArray<'i32'>
      shared.array[shared.array.length - 1] = 42
    },
    queue,
  )
  await queue.put(shared)
  await other.result
  expect(shared.array.at(-1)).toBe(42)
  const view = new Float64Array(new SharedArrayBuffer(8))
  await expect(queue.put(view)).rejects.toEqual(code('ERR_NOT_SHAREABLE'))
  await expect(new Queue().put({ view })).rejects.toThrow(/as an argument/)
})
