// Messages of the stream format: a length, metadata, a body. They come in pieces of any size; a body that lies in one
// piece is not copied.
import { damaged, guarded, unsupported } from './damage.js'
import { FlatTable } from './flatbuffer.js'

export interface Message {
  readonly kind: number
  /** Of the metadata; 4 is the present one. */
  readonly version: number
  readonly header: FlatTable
  readonly body: Uint8Array
}

export const messageKinds = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const

const continuation = 0xffffffff
const oldestVersion = 3

/** Takes pieces and gives whole messages. */
export class MessageReader {
  readonly #pieces = new Pieces()
  #metadata: number | undefined
  #pending: Omit<Message, 'body'> | undefined
  #bodyLength = 0
  #ended = false

  /** Throws when the bytes end inside a message. */
  finish(): void {
    if (this.#ended) return
    if (this.#pieces.size > 0 || this.#metadata !== undefined || this.#pending) {
      throw damaged('they end in the middle of a message')
    }
  }

  /** The messages that the piece completes. */
  *push(piece: Uint8Array): Generator<Message> {
    this.#pieces.add(piece)
    while (!this.#ended) {
      const message = guarded(() => this.#step())
      if (message === 'more') return
      if (message) yield message
    }
  }

  #step(): Message | 'more' | undefined {
    if (this.#pending) return this.#readBody(this.#pending)
    if (this.#metadata === undefined) return this.#readLength()
    const metadata = this.#pieces.take(this.#metadata)
    if (!metadata) return 'more'
    this.#metadata = undefined
    const { bodyLength, ...pending } = readHeader(metadata)
    this.#pending = pending
    this.#bodyLength = bodyLength
    return undefined
  }

  // Before version 0.15 there was no continuation marker before the length. A length of 0 ends the stream.
  #readLength(): 'more' | undefined {
    const first = this.#pieces.peekUint32(0)
    if (first === undefined) return 'more'
    const marked = first === continuation
    const length = marked ? this.#pieces.peekUint32(4) : first
    if (length === undefined) return 'more'
    if (length > 0x7fffffff) throw damaged(`metadata of ${length} bytes`)
    this.#pieces.take(marked ? 8 : 4)
    if (length === 0) this.#ended = true
    else this.#metadata = length
    return undefined
  }

  #readBody(pending: Omit<Message, 'body'>): Message | 'more' {
    const body = this.#pieces.take(this.#bodyLength)
    if (!body) return 'more'
    this.#pending = undefined
    return { ...pending, body }
  }
}

/** A message whose metadata and body are given by a file's footer. */
export function readMessage(metadata: Uint8Array, body: Uint8Array): Message {
  return guarded(() => {
    const { bodyLength, ...message } = readHeader(withoutLength(metadata))
    if (bodyLength > body.length) throw damaged('a message reaches past its block')
    return { ...message, body }
  })
}

function withoutLength(block: Uint8Array): Uint8Array {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  return block.subarray(view.getUint32(0, true) === continuation ? 8 : 4)
}

function readHeader(metadata: Uint8Array): Omit<Message, 'body'> & { bodyLength: number } {
  const message = FlatTable.root(metadata)
  const version = message.int16(0)
  const header = message.table(2)
  if (!header) throw damaged('a message without content')
  if (version < oldestVersion) {
    throw unsupported(
      `The Arrow data is of version ${version + 1} of the format`,
      'write it again with Arrow 0.8 or later',
    )
  }
  return { kind: message.int8(1), version, header, bodyLength: message.length(3) }
}

/** Bytes in pieces, read from the front. */
class Pieces {
  readonly #pieces: Uint8Array[] = []
  size = 0

  add(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#pieces.push(piece)
    this.size += piece.length
  }

  peekUint32(at: number): number | undefined {
    if (this.size < at + 4) return undefined
    let value = 0
    for (let i = 3; i >= 0; i--) value = value * 256 + this.#byte(at + i)
    return value
  }

  /** The next bytes; undefined when there are not so many yet. */
  take(length: number): Uint8Array | undefined {
    if (this.size < length) return undefined
    this.size -= length
    const first = this.#pieces[0]
    if (!first || length <= first.length) return this.#cut(length)
    const out = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const part = this.#cut(Math.min(length - at, (this.#pieces[0] as Uint8Array).length))
      out.set(part, at)
      at += part.length
    }
    return out
  }

  // Precondition: the first piece has so many bytes.
  #cut(length: number): Uint8Array {
    const first = this.#pieces[0] ?? new Uint8Array(0)
    if (length === first.length) this.#pieces.shift()
    else this.#pieces[0] = first.subarray(length)
    return first.subarray(0, length)
  }

  #byte(at: number): number {
    let left = at
    for (const piece of this.#pieces) {
      if (left < piece.length) return piece[left] as number
      left -= piece.length
    }
    return 0
  }
}
