import { invalidArgument } from '../../core/errors.js'
import { byteSize, integer, type OptionReader, type OptionReaders, readOptions } from '../../core/options.js'
import { newPlace } from './blocks.js'
import { invalidState, QueueClosed, QueueEmpty, QueueFull } from './errors.js'
import { decodeMessage, encodeMessage } from './message-bytes.js'
import { type ContextOption, contextReader, Primitive, primitiveType } from './primitive.js'
import { largestRing, type Message, Ring, ringCapacity, ringClosed, ringWords } from './ring.js'
import { Place } from './shared-block.js'
import {
  readSyncWait,
  readWait,
  type SyncWaitOptions,
  until,
  type WaitOptions,
  waitReaders,
} from './waiting.js'

const Done = ringWords
const words = ringWords + 2
// The memory of processes is allocated at once, that of threads as it fills.
const defaultBytes = { threads: 16 * 2 ** 20, processes: 2 ** 20 }

/** Options of a new Queue. */
export interface QueueOptions extends ContextOption {
  /** Items that it holds at most; `put` waits then. Default: as many as fit into `bytes`. Python: `maxsize`. */
  readonly maxSize?: number | undefined
  /** Room for the items as bytes, such as '64MB'. Default: 16 MiB, between processes 1 MiB; at most 1 GiB. */
  readonly bytes?: number | string | undefined
}

/** Options of `Queue.put`. */
export interface PutOptions extends WaitOptions {
  /** Buffers of the value that the sender gives up: they are detached once the item is in the queue. */
  readonly transfer?: readonly ArrayBuffer[] | undefined
}

/**
 * Items from any number of tasks to any number of tasks, in threads or processes: first in, first out.
 * Python's `multiprocessing.JoinableQueue`.
 *
 * `put` makes the item bytes at once, so what cannot be sent throws there (ERR_NOT_SERIALIZABLE). Costs two copies and
 * about 10 us an item. A task that dies never leaves half an item; what it had taken is gone with it.
 *
 * @example
 * const queue = new Queue<number>({ maxSize: 100 })
 * await queue.put(1)
 * queue.putNowait(2)
 * queue.close()
 * for await (const item of queue) console.log(item)
 */
export class Queue<T = unknown> extends Primitive implements AsyncIterable<T> {
  readonly #ring: Ring

  constructor(options?: QueueOptions | Place) {
    const place = options instanceof Place ? options : queuePlace(options)
    super('Queue', place)
    this.#ring = ringAt(place)
  }

  /** Puts an item in, waiting for room. Rejects with ERR_QUEUE_FULL after `timeout`, ERR_QUEUE_CLOSED, or the signal's reason. */
  async put(item: T, options?: PutOptions): Promise<void> {
    const { transfer, ...wait } = readOptions<PutOptions>(options, 'Queue.put', putReaders)
    const bytes = this.#bytesOf(item)
    this.#accepted(await this.#ring.send(bytes, 0, wait))
    if (transfer) structuredClone(null, { transfer: [...transfer] })
  }

  /** As `put`, throwing ERR_QUEUE_FULL at once when there is no room. Python: `put_nowait`. */
  putNowait(item: T): void {
    this.#accepted(this.#ring.trySend(this.#bytesOf(item), 0))
  }

  /** As `put`, blocking the thread. Throws ERR_MAIN_THREAD on the main thread unless that is allowed. */
  putSync(item: T, options?: SyncWaitOptions): void {
    const read = readSyncWait(options, 'Queue.putSync')
    this.#accepted(this.#ring.sendSync(this.#bytesOf(item), 0, read))
  }

  /** The next item. Rejects with ERR_QUEUE_EMPTY after `timeout`, ERR_QUEUE_CLOSED, or the signal's reason. */
  async get(options?: WaitOptions): Promise<T> {
    return this.#itemOf(await this.#ring.receive(readWait(options, 'Queue.get')))
  }

  /** As `get`, throwing ERR_QUEUE_EMPTY at once when there is none. Python: `get_nowait`. */
  getNowait(): T {
    return this.#itemOf(this.#ring.tryReceive())
  }

  /** As `get`, blocking the thread. Throws ERR_MAIN_THREAD on the main thread unless that is allowed. */
  getSync(options?: SyncWaitOptions): T {
    return this.#itemOf(this.#ring.receiveSync(readSyncWait(options, 'Queue.getSync')))
  }

  /** Items inside at this moment. */
  qsize(): number {
    return this.#ring.count
  }

  empty(): boolean {
    return this.qsize() === 0
  }

  /** True when `maxSize` items are inside. */
  full(): boolean {
    const { maxItems, count } = this.#ring
    return maxItems > 0 && count >= maxItems
  }

  /** Says that an item that was got has been dealt with. Throws ERR_INVALID_STATE when called more often than `put`. */
  taskDone(): void {
    const { words } = this.block
    let done = this.load(Done)
    while (true) {
      if (done === this.#ring.puts) throw invalidState('taskDone() was called more often than put()')
      const found = Atomics.compareExchange(words, this.at(Done), done, (done + 1) | 0)
      if (found === done) break
      done = found
    }
    this.block.notify(this.at(Done))
  }

  /** Waits until `taskDone` was called for every item that was put in; false when the time ran out. */
  async join(options?: WaitOptions): Promise<boolean> {
    const read = readWait(options, 'Queue.join')
    const attempt = () => (this.load(Done) === this.#ring.puts ? true : undefined)
    return (await until(this.block, this.at(Done), attempt, read)) ?? false
  }

  /** Takes no more items; those inside can still be got. Python 3.13: `shutdown()`. */
  close(): void {
    this.#ring.close()
  }

  /** Gets items until the queue is closed and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    while (true) {
      const message = await this.#ring.receive({})
      if (message === ringClosed) return
      yield this.#itemOf(message)
    }
  }

  #bytesOf(item: T): Uint8Array {
    const bytes = encodeMessage(item, this.context, 'Queue')
    if (this.#ring.isTooLarge(bytes.length)) {
      throw new QueueFull(
        `an item of ${bytes.length} bytes is larger than the queue of ${this.#ring.capacity}`,
        {
          hint: 'make the queue with a larger option bytes',
        },
      )
    }
    return bytes
  }

  #accepted(sent: true | typeof ringClosed | undefined): void {
    if (sent === ringClosed) throw new QueueClosed('the queue is closed')
    if (!sent) throw new QueueFull(`the queue is full, with ${this.qsize()} items`)
  }

  #itemOf(message: Message | typeof ringClosed | undefined): T {
    if (message === ringClosed) throw new QueueClosed('the queue is closed and empty')
    if (!message) throw new QueueEmpty('the queue is empty')
    return decodeMessage(message.bytes) as T
  }
}

const arrayBuffers: OptionReader<readonly ArrayBuffer[]> = (value, name) => {
  if (Array.isArray(value) && value.every(item => item instanceof ArrayBuffer)) return value
  throw invalidArgument('an array of ArrayBuffers', name, value)
}

const putReaders: OptionReaders<PutOptions> = { ...waitReaders, transfer: arrayBuffers }

const ringAt = ({ block, start }: Place): Ring => new Ring(block, start, (start + words) * 4)

function queuePlace(options: QueueOptions | undefined): Place {
  const read = readOptions<QueueOptions>(options, 'Queue', {
    bytes: byteSize,
    context: contextReader,
    maxSize: integer(0, 2 ** 31 - 1),
  })
  const context = read.context ?? 'threads'
  const bytes = (read.bytes ?? defaultBytes[context]) as number
  if (bytes > largestRing) throw invalidArgument('at most 1 GiB', 'Queue option bytes', options?.bytes)
  const capacity = ringCapacity(bytes)
  const place = newPlace(context, words, capacity)
  ringAt(place).init(capacity, read.maxSize ?? 0)
  return place
}

primitiveType('Queue', Queue)
