// The file format: the magic, messages, and a footer that knows where they are.
import { damaged, guarded } from './damage.js'
import { FlatTable, toLength } from './flatbuffer.js'
import { type Message, readMessage } from './read-message.js'

const magic = 'ARROW1'
const head = 8
const tail = magic.length + 4

export function isFile(bytes: Uint8Array): boolean {
  return holds(bytes, 0)
}

const holds = (bytes: Uint8Array, at: number): boolean =>
  [...magic].every((character, i) => bytes[at + i] === character.charCodeAt(0))

export interface ArrowFile {
  readonly schema: FlatTable
  readonly version: number
  /** Dictionaries first. */
  readonly messages: () => Generator<Message>
}

interface Block {
  readonly offset: number
  readonly metadata: number
  readonly body: number
}

/** Precondition: it begins as a file does. */
export function openFile(bytes: Uint8Array): ArrowFile {
  if (bytes.length < head + tail || !holds(bytes, bytes.length - magic.length)) {
    throw damaged('a file that has no end')
  }
  return guarded(() => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const end = bytes.length - tail
    const length = view.getUint32(end, true)
    if (length > end - head) throw damaged('a footer larger than its file')
    const footer = FlatTable.root(bytes.subarray(end - length, end))
    const schema = footer.table(1)
    if (!schema) throw damaged('a file without schema')
    const blocks = [...footer.structs(2, 24, readBlock), ...footer.structs(3, 24, readBlock)]
    return { schema, version: footer.int16(0), messages: () => messagesOf(bytes, blocks) }
  })
}

function readBlock(view: DataView, at: number): Block {
  return {
    offset: toLength(view.getBigInt64(at, true)),
    metadata: view.getUint32(at + 8, true),
    body: toLength(view.getBigInt64(at + 16, true)),
  }
}

function* messagesOf(bytes: Uint8Array, blocks: readonly Block[]): Generator<Message> {
  for (const { offset, metadata, body } of blocks) {
    const start = offset + metadata
    if (start + body > bytes.length) throw damaged('a block reaches past the end of its file')
    yield readMessage(bytes.subarray(offset, start), bytes.subarray(start, start + body))
  }
}
