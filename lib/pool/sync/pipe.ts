import { invalidArgument } from '../../core/errors.js'
import { boolean, byteSize, readOptions } from '../../core/options.js'
import { newPlace } from './blocks.js'
import { BufferTooShort, EndOfPipe, invalidState, timeoutError } from './errors.js'
import { decodeMessage, encodeMessage } from './message-bytes.js'
import { isAlive, ownToken } from './owner.js'
import { type ContextOption, contextReader, Primitive, primitiveType } from './primitive.js'
import { type Accept, largestRing, type Message, Ring, ringCapacity, ringClosed, ringWords } from './ring.js'
import { headerWords, Place } from './shared-block.js'
import { readWait, type WaitOptions } from './waiting.js'

// A block holds two rings, one a direction, behind their words the thread that last used each end, and what is allowed.
// The second end begins one word behind the first, which is all that tells them apart.
const Duplex = 2
const Capacity = 3
const Users = 4
const Rings = 6
const words = Rings + 2 * ringWords
const defaultBytes = 2 ** 20

/** Messages that are bytes as they are, and not a serialised value. */
const rawBytes = 1

/** Options of a new Pipe. */
export interface PipeOptions extends ContextOption {
  /** False: the first end only receives and the second only sends, as in Python. Default: true. */
  readonly duplex?: boolean | undefined
  /** Room for messages under way in each direction, such as '4MB'. Default: 1 MiB, at most 1 GiB. */
  readonly bytes?: number | string | undefined
}

/**
 * Two ends; what one sends the other receives, in order. Python's `multiprocessing.Pipe`.
 *
 * @example
 * const [parent, child] = Pipe<string, string>()
 * await parent.send('ping')
 * console.log(await child.recv()) // ping
 */
export function Pipe<A = unknown, B = A>(options?: PipeOptions): [PipeEnd<A, B>, PipeEnd<B, A>] {
  const {
    duplex = true,
    context = 'threads',
    bytes = defaultBytes,
  } = readOptions<PipeOptions>(options, 'Pipe', {
    bytes: byteSize,
    context: contextReader,
    duplex: boolean,
  })
  if ((bytes as number) > largestRing) throw invalidArgument('at most 1 GiB', 'Pipe option bytes', bytes)
  const capacity = ringCapacity(bytes as number)
  const place = newPlace(context, words, 2 * capacity)
  const { block, start } = place
  Atomics.store(block.words, start + Duplex, Number(duplex))
  Atomics.store(block.words, start + Capacity, capacity)
  for (const side of [0, 1]) ringOf(place, side).init(capacity, 0)
  return [new PipeEnd(place), new PipeEnd(new Place(block, start + 1))]
}

/** A ring of a pipe: what end `side` sends. */
function ringOf({ block }: Place, side: number): Ring {
  const capacity = Atomics.load(block.words, headerWords + Capacity)
  const start = headerWords + Rings + side * ringWords
  return new Ring(block, start, (headerWords + words) * 4 + side * capacity)
}

/**
 * One end of a Pipe; may itself be sent to a worker. Python's `multiprocessing.connection.Connection`.
 *
 * When the other end is closed, or the thread or process that used it last has ended, what is under way is still
 * received; then `recv` rejects with ERR_END_OF_PIPE, and iteration ends.
 */
export class PipeEnd<Received = unknown, Sent = Received>
  extends Primitive
  implements AsyncIterable<Received>
{
  readonly #side: number
  readonly #out: Ring
  readonly #in: Ring

  /** @internal */
  constructor(place: Place) {
    super('PipeEnd', place)
    this.#side = place.start - headerWords
    this.#out = ringOf(place, this.#side)
    this.#in = ringOf(place, 1 - this.#side)
    this.#use()
  }

  /** Sends a value, waiting for room. Rejects with ERR_TIMEOUT, ERR_END_OF_PIPE or the signal's reason. */
  async send(value: Sent, options?: WaitOptions): Promise<void> {
    await this.#send('send', encodeMessage(value, this.context, 'Pipe'), 0, options)
  }

  /** Sends bytes as they are. Python: `send_bytes`. */
  async sendBytes(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    if (!(bytes instanceof Uint8Array)) throw invalidArgument('a Uint8Array', 'bytes', bytes)
    await this.#send('sendBytes', bytes, rawBytes, options)
  }

  /** The next message: a value, or a Uint8Array from `sendBytes`. Rejects with ERR_TIMEOUT, ERR_END_OF_PIPE or the signal's reason. */
  async recv(options?: WaitOptions): Promise<Received> {
    return valueIn(await this.#receive('recv', options)) as Received
  }

  /** The next message of `sendBytes`. Rejects with ERR_BUFFER_TOO_SHORT when it is longer than `maxLength`. Python: `recv_bytes`. */
  async recvBytes(maxLength = Number.MAX_SAFE_INTEGER, options?: WaitOptions): Promise<Uint8Array> {
    return (await this.#receive('recvBytes', options, fitting(maxLength))).bytes
  }

  /** Copies the next message of `sendBytes` into the target; gives its length. Python: `recv_bytes_into`. */
  async recvBytesInto(target: Uint8Array, options?: WaitOptions): Promise<number> {
    if (!(target instanceof Uint8Array)) throw invalidArgument('a Uint8Array', 'target', target)
    const { bytes } = await this.#receive('recvBytesInto', options, fitting(target.length))
    target.set(bytes)
    return bytes.length
  }

  /** True when `recv` would not wait; looks once unless a timeout is given. */
  async poll(options: WaitOptions = { timeout: 0 }): Promise<boolean> {
    return (await this.#in.poll(readWait(options, 'PipeEnd.poll'), () => this.#isAlone())) ?? false
  }

  /** Closes this end: the other end receives what is under way, then ERR_END_OF_PIPE, and cannot send. */
  close(): void {
    this.#out.close()
    this.#in.close()
  }

  /** Receives until the other end is closed or has ended. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received, void, undefined> {
    while (true) {
      const message = await this.#in.receive({}, () => this.#isAlone())
      if (message === ringClosed) return
      yield valueIn(message as Message) as Received
    }
  }

  async #send(
    method: string,
    bytes: Uint8Array,
    tag: number,
    options: WaitOptions | undefined,
  ): Promise<void> {
    if (this.#side === 0) this.#mustBeDuplex('sends', 'second')
    const read = readWait(options, `PipeEnd.${method}`)
    if (this.#out.isTooLarge(bytes.length)) {
      throw invalidArgument(
        `a message of at most ${this.#out.capacity - 8} bytes`,
        method,
        bytes.length,
        largerPipe,
      )
    }
    this.#use()
    const sent = await this.#out.send(bytes, tag, read, () => this.#isAlone())
    if (sent === ringClosed) throw new EndOfPipe('the other end of the pipe is closed')
    if (!sent) throw timeoutError(`PipeEnd.${method}`, read.timeout)
  }

  async #receive(method: string, options: WaitOptions | undefined, accept?: Accept): Promise<Message> {
    if (this.#side === 1) this.#mustBeDuplex('receives', 'first')
    const read = readWait(options, `PipeEnd.${method}`)
    this.#use()
    const message = await this.#in.receive(read, () => this.#isAlone(), accept)
    if (message === ringClosed)
      throw new EndOfPipe('the other end of the pipe is closed, and nothing is left in it')
    if (!message) throw timeoutError(`PipeEnd.${method}`, read.timeout)
    return message
  }

  #mustBeDuplex(verb: string, end: string): void {
    if (Atomics.load(this.block.words, headerWords + Duplex) === 0) {
      throw invalidState(`of a pipe made with duplex: false only the ${end} end ${verb}`)
    }
  }

  /** Notes that this thread has the end. */
  #use(): void {
    Atomics.store(this.block.words, headerWords + Users + this.#side, ownToken())
  }

  /** True when the thread that had the other end has died. */
  #isAlone(): boolean {
    const user = Atomics.load(this.block.words, headerWords + Users + 1 - this.#side)
    return user !== 0 && !isAlive(user)
  }
}

const largerPipe = 'make the pipe with a larger option bytes'

const valueIn = ({ bytes, tag }: Message): unknown => (tag === rawBytes ? bytes : decodeMessage(bytes))

const fitting =
  (most: number): Accept =>
  (length, tag) => {
    if (tag !== rawBytes) throw invalidState('the next message is a value', 'receive it with recv()')
    if (length > most) throw new BufferTooShort(`a message of ${length} bytes does not fit into ${most}`)
  }

primitiveType('PipeEnd', PipeEnd)
