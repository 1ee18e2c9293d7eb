// Cuts Arrow streams into their messages, to put other streams together.

/** The messages without the end of the stream, each with its length in front. */
export function messagesOf(stream: Uint8Array): Uint8Array[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
  const messages: Uint8Array[] = []
  for (let at = 0; at < stream.length; ) {
    const metadata = view.getInt32(at + 4, true)
    if (metadata === 0) break
    const table = at + 8 + view.getInt32(at + 8, true)
    const fields = table - view.getInt32(table, true)
    // Field 3 of a message is the length of its body.
    const offset = view.getUint16(fields, true) > 10 ? view.getUint16(fields + 10, true) : 0
    const body = offset === 0 ? 0 : Number(view.getBigInt64(table + offset, true))
    const end = at + 8 + metadata + body
    messages.push(stream.subarray(at, end))
    at = end
  }
  return messages
}

export const endOfStream = new Uint8Array([255, 255, 255, 255, 0, 0, 0, 0])

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
