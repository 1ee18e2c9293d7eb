import { OwnedWord } from './owned-word.js'
import type { SharedBlock } from './shared-block.js'
import { type Attempt, type SyncWaitOptions, until, untilSync, type WaitOptions } from './waiting.js'

// A ring of messages. `Head` and `Tail` are byte positions that only grow (modulo 2^32, of which the capacity is a part),
// `Puts` and `Gets` count messages. Moving Tail, or Head, is the one step by which a message comes or goes: whoever dies
// before it has done nothing, and whoever dies between it and the counter is repaired by counting the messages.
const Mutex = 0
const Head = 1
const Tail = 2
const Puts = 3
const Gets = 4
const Closed = 5
const MaxItems = 6
const Capacity = 7
/** Words that change with every message in, and with every message out, to wait for. */
const Filled = 8
const Emptied = 9
export const ringWords = 10

const recordHeader = 8
export const largestRing = 2 ** 30

/** The bytes that a ring of that capacity takes, and the capacity: the next power of two. */
export const ringCapacity = (bytes: number): number => 2 ** Math.ceil(Math.log2(Math.max(64, bytes)))

/** A message that was taken: its bytes, which are the receiver's own, and the number that was sent with it. */
export interface Message {
  readonly bytes: Uint8Array
  readonly tag: number
}

/** Throws to leave the message where it is. */
export type Accept = (bytes: number, tag: number) => void

/** What the ring answers when it is closed: to senders at once, to receivers when it is empty. */
export const ringClosed = Symbol('closed')

/**
 * Messages between any number of senders and receivers, first in first out, in shared memory. Each side waits on a word
 * of its own. The critical sections are copies of bytes, so they block, even the main thread.
 */
export class Ring {
  readonly #block: SharedBlock
  readonly #start: number
  readonly #data: number
  readonly #mutex: OwnedWord

  /** Over `ringWords` words at `start` and `capacity` bytes at byte `data` of the block. */
  constructor(block: SharedBlock, start: number, data: number) {
    this.#block = block
    this.#start = start
    this.#data = data
    this.#mutex = new OwnedWord(block, start + Mutex)
  }

  /** For the maker of the block; `maxItems` of 0 means as many as fit. */
  init(capacity: number, maxItems: number): void {
    this.#store(Capacity, capacity)
    this.#store(MaxItems, maxItems)
  }

  get capacity(): number {
    return this.#load(Capacity)
  }

  get maxItems(): number {
    return this.#load(MaxItems)
  }

  /** Messages inside. */
  get count(): number {
    this.#settle()
    return (this.#load(Puts) - this.#load(Gets)) | 0
  }

  /** Messages that were ever sent, modulo 2^32. */
  get puts(): number {
    this.#settle()
    return this.#load(Puts)
  }

  get isClosed(): boolean {
    return this.#load(Closed) !== 0
  }

  /** True when the message can never fit. */
  isTooLarge(bytes: number): boolean {
    return recordBytes(bytes) > this.capacity
  }

  /** Lets receivers take what is inside, and nobody send. */
  close(): void {
    this.#store(Closed, 1)
    this.#announce(Filled)
    this.#announce(Emptied)
  }

  /** `onStall` is asked, while there is no room, whether nobody is left to make some. */
  send(
    bytes: Uint8Array,
    tag: number,
    options: WaitOptions,
    onStall?: () => boolean,
  ): Promise<true | typeof ringClosed | undefined> {
    const attempt = (stalled: boolean) =>
      this.trySend(bytes, tag) ?? (stalled && onStall?.() ? ringClosed : undefined)
    return until(this.#block, this.#start + Emptied, attempt, options)
  }

  sendSync(bytes: Uint8Array, tag: number, options: SyncWaitOptions) {
    return untilSync(this.#block, this.#start + Emptied, () => this.trySend(bytes, tag), options)
  }

  /** `onStall` is asked, while the ring stays empty, whether nobody is left to send. */
  receive(
    options: WaitOptions,
    onStall?: () => boolean,
    accept?: Accept,
  ): Promise<Message | typeof ringClosed | undefined> {
    const attempt = (stalled: boolean) =>
      this.tryReceive(accept) ?? (stalled && onStall?.() ? ringClosed : undefined)
    return until(this.#block, this.#start + Filled, attempt, options)
  }

  receiveSync(options: SyncWaitOptions): Message | typeof ringClosed | undefined {
    return untilSync(this.#block, this.#start + Filled, () => this.tryReceive(), options)
  }

  /** True once a message is there; closed counts as there, because receiving would not wait. */
  poll(options: WaitOptions, onStall?: () => boolean): Promise<true | undefined> {
    const attempt: Attempt<true> = stalled =>
      this.count > 0 || this.isClosed || (stalled && onStall?.()) ? true : undefined
    return until(this.#block, this.#start + Filled, attempt, options)
  }

  /** Undefined while there is no room. */
  trySend(bytes: Uint8Array, tag: number): true | typeof ringClosed | undefined {
    const sent = this.#exclusive(() => {
      if (this.isClosed) return ringClosed
      const [head, tail, size] = [this.#load(Head), this.#load(Tail), recordBytes(bytes.length)]
      if (this.maxItems > 0 && this.count >= this.maxItems) return undefined
      if (((tail - head) >>> 0) + size > this.capacity) return undefined
      this.#write(tail, new Uint8Array(Int32Array.of(bytes.length, tag).buffer))
      this.#write(tail + recordHeader, bytes)
      this.#store(Tail, (tail + size) | 0)
      this.#store(Puts, (this.puts + 1) | 0)
      return true
    })
    if (sent === true) this.#announce(Filled)
    return sent
  }

  /** Undefined while there is no message. */
  tryReceive(accept?: Accept): Message | typeof ringClosed | undefined {
    // Looked at without the mutex first: who polls an empty ring must not slow those who fill it.
    if (this.#load(Head) === this.#load(Tail) && !this.isClosed) return undefined
    const message = this.#exclusive(() => {
      const head = this.#load(Head)
      if (head === this.#load(Tail)) return this.isClosed ? ringClosed : undefined
      const { length, tag } = this.#recordAt(head)
      accept?.(length, tag)
      const bytes = this.#read(head + recordHeader, length)
      this.#store(Head, (head + recordBytes(length)) | 0)
      this.#store(Gets, (this.#load(Gets) + 1) | 0)
      return { bytes, tag }
    })
    if (message !== undefined && message !== ringClosed) this.#announce(Emptied)
    return message
  }

  /** Who sends or receives now may have died before counting; taking the mutex from the dead repairs that. */
  #settle(): void {
    if (this.#mutex.owner !== 0 && !this.#mutex.isMine) this.#exclusive(() => {})
  }

  #exclusive<T>(section: () => T): T {
    return this.#mutex.exclusive(section, () => this.#repair())
  }

  /** Makes the counters agree with the messages; see above. */
  #repair(): void {
    let count = 0
    const tail = this.#load(Tail)
    for (let at = this.#load(Head); at !== tail; count++)
      at = (at + recordBytes(this.#recordAt(at).length)) | 0
    const ahead = (this.count - count) | 0
    if (ahead > 0) this.#store(Gets, (this.#load(Gets) + ahead) | 0)
    else this.#store(Puts, (this.puts - ahead) | 0)
    this.#announce(Filled)
    this.#announce(Emptied)
  }

  #recordAt(position: number): { length: number; tag: number } {
    const header = new Int32Array(this.#read(position, recordHeader).buffer)
    return { length: header[0]!, tag: header[1]! }
  }

  /** Bytes may go over the end of the ring and on at its start. */
  #write(position: number, bytes: Uint8Array): void {
    const [first, rest] = this.#spans(position, bytes.length)
    first.set(bytes.subarray(0, first.length))
    rest.set(bytes.subarray(first.length))
  }

  #read(position: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length)
    const [first, rest] = this.#spans(position, length)
    bytes.set(first)
    bytes.set(rest, first.length)
    return bytes
  }

  #spans(position: number, length: number): [Uint8Array, Uint8Array] {
    const offset = (position >>> 0) % this.capacity
    const fitting = Math.min(length, this.capacity - offset)
    const { buffer } = this.#block
    return [
      new Uint8Array(buffer as ArrayBuffer, this.#data + offset, fitting),
      new Uint8Array(buffer as ArrayBuffer, this.#data, length - fitting),
    ]
  }

  #announce(word: number): void {
    Atomics.add(this.#block.words, this.#start + word, 1)
    this.#block.notify(this.#start + word)
  }

  #load(word: number): number {
    return Atomics.load(this.#block.words, this.#start + word)
  }

  #store(word: number, value: number): void {
    Atomics.store(this.#block.words, this.#start + word, value)
  }
}

const recordBytes = (length: number): number => recordHeader + Math.ceil(length / 8) * 8
