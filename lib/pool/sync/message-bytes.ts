import { deserialize, serialize } from '../serializer.js'
import { notShareable, pack, unpack } from '../shareable.js'
import type { ContextName } from './shared-block.js'

/** A value as bytes for a ring. Throws ERR_NOT_SERIALIZABLE, or ERR_NOT_SHAREABLE for what bytes cannot carry. */
export function encodeMessage(value: unknown, context: ContextName, carrier: string): Uint8Array {
  const { bytes, buffers } = serialize(pack(value, context))
  if (buffers.length === 0) return bytes
  throw notShareable(
    'SharedArrayBuffer',
    `cannot go through a ${carrier}, nor can locks, queues and shared arrays of the context 'threads'`,
    "pass it to the worker as an argument, or make the object with context: 'processes', which travels by its name",
  )
}

export const decodeMessage = (bytes: Uint8Array): unknown => unpack(deserialize(bytes))
