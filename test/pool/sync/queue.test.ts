import { describe, expect, test } from 'vitest'
import { Event, Lock, Pipe, Queue, Semaphore } from '../../../dist/index.js'
import { contexts } from './contexts.js'
import { runAll, start } from './run.js'

const code = (expected: string) => expect.objectContaining({ code: expected })

describe.each(contexts)('queues between %s', context => {
  test('with several producers and consumers nothing is lost or doubled, and each producer stays in order', async () => {
    const queue = new Queue<[number, number, string]>({ context, maxSize: 7, bytes: 1000 })
    const produce = async (queue: Queue<[number, number, string]>, producer: number) => {
      for (let i = 0; i < 500; i++) {
        const item: [number, number, string] = [producer, i, 'x'.repeat(i % 90)]
        if (i % 3 === 0) queue.putSync(item, { allowMainThread: true })
        else await queue.put(item)
      }
    }
    const consume = async (queue: Queue<[number, number, string]>, sync: boolean) => {
      const seen: [number, number, string][] = []
      try {
        while (true) seen.push(sync ? queue.getSync({ allowMainThread: true }) : await queue.get())
      } catch (error) {
        if ((error as { code: string }).code !== 'ERR_QUEUE_CLOSED') throw error
      }
      return seen
    }
    const consumers = [start(context, consume, queue, false), start(context, consume, queue, true)]
    await Promise.all([0, 1].map(i => start(context, produce, queue, i).result))
    queue.close()
    const seen = await Promise.all(consumers.map(consumer => consumer.result))
    for (const part of seen) {
      for (const producer of [0, 1]) {
        const numbers = part.filter(item => item[0] === producer).map(item => item[1])
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      }
    }
    const all = seen.flat()
    expect(all.every(([, i, text]) => text.length === i % 90)).toBe(true)
    const names = all.map(([producer, i]) => producer * 500 + i).sort((a, b) => a - b)
    expect(names).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  })

  test('producers and consumers killed at random moments leave whole items and a usable queue', async () => {
    const queue = new Queue<number[]>({ context, maxSize: 50, bytes: 4096 })
    const running = new Semaphore(0, { context })
    const produce = async (queue: Queue<number[]>, running: Semaphore) => {
      running.release()
      for (let i = 0; ; i++) await queue.put(Array.from({ length: i % 40 }, () => i))
    }
    const consume = async (queue: Queue<number[]>, running: Semaphore) => {
      running.release()
      while (true) await queue.get()
    }
    for (let round = 0; round < 40; round++) {
      const pair = [start(context, produce, queue, running), start(context, consume, queue, running)]
      await running.acquire(2)
      await new Promise(resolve => setTimeout(resolve, Math.random() * 8))
      await Promise.all(pair.map(one => one.kill()))
      const inside = queue.qsize()
      for (let i = 0; i < inside; i++) {
        const item = await queue.get({ timeout: 10_000 })
        expect(item.length).toBe(item.length === 0 ? 0 : item[0]! % 40)
      }
      expect(queue.qsize()).toBe(0)
      await queue.put([1])
      expect(await queue.get()).toEqual([1])
    }
  }, 120_000)

  test('full and empty: nowait, timeout, signal, sync', async () => {
    const queue = new Queue<number>({ context, maxSize: 2 })
    expect([queue.empty(), queue.full(), queue.qsize()]).toEqual([true, false, 0])
    expect(() => queue.getNowait()).toThrow(code('ERR_QUEUE_EMPTY'))
    await expect(queue.get({ timeout: 20 })).rejects.toEqual(code('ERR_QUEUE_EMPTY'))
    await expect(queue.get({ signal: AbortSignal.abort('no') })).rejects.toBe('no')
    expect(() => queue.getSync({ timeout: 5, allowMainThread: true })).toThrow(code('ERR_QUEUE_EMPTY'))
    expect(() => queue.getSync()).toThrow(code('ERR_MAIN_THREAD'))
    await queue.put(1)
    queue.putNowait(2)
    expect([queue.empty(), queue.full(), queue.qsize()]).toEqual([false, true, 2])
    expect(() => queue.putNowait(3)).toThrow(code('ERR_QUEUE_FULL'))
    await expect(queue.put(3, { timeout: 20 })).rejects.toEqual(code('ERR_QUEUE_FULL'))
    await expect(queue.put(3, { signal: AbortSignal.timeout(5) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(() => queue.putSync(3, { timeout: 5, allowMainThread: true })).toThrow(code('ERR_QUEUE_FULL'))
    const third = queue.put(3)
    expect([await queue.get(), await queue.get()]).toEqual([1, 2])
    await third
    expect(queue.getSync({ allowMainThread: true })).toBe(3)
  })

  test('room in bytes limits it too, and an item that can never fit is refused', async () => {
    const queue = new Queue<Uint8Array>({ context, bytes: 1024 })
    await queue.put(new Uint8Array(600))
    expect(() => queue.putNowait(new Uint8Array(600))).toThrow(code('ERR_QUEUE_FULL'))
    await expect(queue.put(new Uint8Array(2000))).rejects.toEqual(code('ERR_QUEUE_FULL'))
    expect((await queue.get()).length).toBe(600)
    queue.putNowait(new Uint8Array(600))
  })

  test('join waits for taskDone of every item', async () => {
    const queue = new Queue<number>({ context })
    expect(await queue.join()).toBe(true)
    expect(() => queue.taskDone()).toThrow(code('ERR_INVALID_STATE'))
    for (let i = 0; i < 10; i++) await queue.put(i)
    expect(await queue.join({ timeout: 10 })).toBe(false)
    await expect(queue.join({ signal: AbortSignal.abort('no') })).rejects.toBe('no')
    const done = start(
      context,
      async queue => {
        for (let i = 0; i < 10; i++) {
          await queue.get()
          queue.taskDone()
        }
      },
      queue,
    )
    expect(await queue.join()).toBe(true)
    await done.result
  })

  test('close lets what is inside be got, and ends whoever waits', async () => {
    const queue = new Queue<string>({ context, maxSize: 1 })
    await queue.put('last')
    const refused = queue.put('too late')
    queue.close()
    await expect(refused).rejects.toEqual(code('ERR_QUEUE_CLOSED'))
    expect(() => queue.putNowait('x')).toThrow(code('ERR_QUEUE_CLOSED'))
    const items: string[] = []
    for await (const item of queue) items.push(item)
    expect(items).toEqual(['last'])
    await expect(queue.get()).rejects.toEqual(code('ERR_QUEUE_CLOSED'))
    const other = new Queue({ context })
    const waiting = start(context, queue => queue.get(), other)
    other.close()
    await expect(waiting.result).rejects.toEqual(code('ERR_QUEUE_CLOSED'))
  })

  test('what cannot be sent fails in put, and transferred buffers are given up only then', async () => {
    const queue = new Queue({ context })
    await expect(queue.put(() => 1)).rejects.toEqual(code('ERR_NOT_SERIALIZABLE'))
    expect(queue.empty()).toBe(true)
    const buffer = new ArrayBuffer(8)
    await queue.put({ buffer }, { transfer: [buffer] })
    expect(buffer.byteLength).toBe(0)
    expect(((await queue.get()) as { buffer: ArrayBuffer }).buffer.byteLength).toBe(8)
    await expect(queue.put(1, { transfer: [1] } as never)).rejects.toEqual(code('ERR_INVALID_ARGUMENT'))
  })
})

describe.each(contexts)('pipes between %s', context => {
  test('values and bytes go both ways in order', async () => {
    const [mine, theirs] = Pipe<unknown, unknown>({ context })
    const echo = start(
      context,
      async end => {
        for await (const message of end) await end.send([message])
      },
      theirs,
    )
    for (const value of [1, 'text', { a: new Date(0) }, null]) {
      await mine.send(value)
      expect(await mine.recv()).toEqual([value])
    }
    await mine.sendBytes(new Uint8Array([1, 2, 3]))
    expect(await mine.recv()).toEqual([new Uint8Array([1, 2, 3])])
    mine.close()
    await echo.result
    await expect(mine.send(1)).rejects.toEqual(code('ERR_END_OF_PIPE'))
  })

  test('receiving bytes checks their length and leaves what does not fit', async () => {
    const [a, b] = Pipe({ context })
    expect(await b.poll()).toBe(false)
    await a.sendBytes(new Uint8Array([1, 2, 3, 4]))
    expect(await b.poll()).toBe(true)
    await expect(b.recvBytes(3)).rejects.toEqual(code('ERR_BUFFER_TOO_SHORT'))
    await expect(b.recvBytesInto(new Uint8Array(3))).rejects.toEqual(code('ERR_BUFFER_TOO_SHORT'))
    const target = new Uint8Array(6)
    expect(await b.recvBytesInto(target)).toBe(4)
    expect(target).toEqual(new Uint8Array([1, 2, 3, 4, 0, 0]))
    await a.send('value')
    await expect(b.recvBytes()).rejects.toEqual(code('ERR_INVALID_STATE'))
    expect(await b.recv()).toBe('value')
    await expect(b.recv({ timeout: 10 })).rejects.toEqual(code('ERR_TIMEOUT'))
    await expect(b.recv({ signal: AbortSignal.abort('no') })).rejects.toBe('no')
  })

  test('a full pipe waits for room; a message that never fits is refused', async () => {
    const [a, b] = Pipe({ context, bytes: 256 })
    await a.sendBytes(new Uint8Array(200))
    await expect(a.sendBytes(new Uint8Array(200), { timeout: 10 })).rejects.toEqual(code('ERR_TIMEOUT'))
    const sending = a.sendBytes(new Uint8Array(200))
    await b.recvBytes()
    await sending
    await expect(a.sendBytes(new Uint8Array(300))).rejects.toEqual(code('ERR_INVALID_ARGUMENT'))
  })

  test('without duplex each end goes one way', async () => {
    const [reader, writer] = Pipe({ context, duplex: false })
    await writer.send(1)
    expect(await reader.recv()).toBe(1)
    await expect(reader.send(1)).rejects.toEqual(code('ERR_INVALID_STATE'))
    await expect(writer.recv()).rejects.toEqual(code('ERR_INVALID_STATE'))
  })

  test('the death of the other end is the end of the pipe, after what was under way', async () => {
    const [mine, theirs] = Pipe<string, string>({ context })
    const ready = new Event({ context })
    const other = start(
      context,
      async (end, ready) => {
        await end.send('last words')
        ready.set()
        await end.recv()
      },
      theirs,
      ready,
    )
    await ready.wait()
    await other.kill()
    expect(await mine.recv()).toBe('last words')
    await expect(mine.recv()).rejects.toEqual(code('ERR_END_OF_PIPE'))
    const items: string[] = []
    for await (const item of mine) items.push(item)
    expect(items).toEqual([])
  })
})

test('objects of processes go through queues and pipes; those of threads are refused with what to do', async () => {
  const queue = new Queue<Lock>()
  const lock = new Lock({ context: 'processes' })
  await queue.put(lock)
  expect(await queue.get()).toBe(lock)
  await expect(queue.put(new Lock())).rejects.toThrow(/context: 'processes'/)
  await expect(Pipe()[0].send(new SharedArrayBuffer(8))).rejects.toEqual(code('ERR_NOT_SHAREABLE'))
})

test('sizes are checked', () => {
  expect(() => new Queue({ maxSize: -1 })).toThrow(code('ERR_INVALID_ARGUMENT'))
  expect(() => new Queue({ bytes: '2GB' })).toThrow(code('ERR_INVALID_ARGUMENT'))
  expect(() => Pipe({ bytes: '2GB' })).toThrow(code('ERR_INVALID_ARGUMENT'))
})

test('objects of threads are refused by other processes at once, with what to do', async () => {
  const queue = new Queue()
  expect(() => start('processes', queue => queue.get(), queue)).toThrow(/getContext\('processes'\)\.Queue/)
  await runAll('threads', 1, () => {})
})
