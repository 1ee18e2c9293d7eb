/**
 * Memory of JavaScript that the engine reads where it is. The engine keeps the buffer alive, but a transfer would hand
 * its memory to somebody else, who may free it under a running query: so a buffer that is lent cannot be transferred
 * any more. What can still move it away (byte streams before Node 24, native addons, in Node 22 a `transfer` called off the
 * prototype) shows at the start of a query; it must not happen while one runs.
 */
import { workerThreads } from './builtins.js'
import { MillraceError } from './errors.js'

export interface BorrowedBuffer {
  readonly buffer: ArrayBufferLike
  /** When it was lent. */
  readonly byteLength: number
}

/**
 * False for buffers that can shrink, whose memory would go away with their length, and for those that are not the
 * program's to transfer, as WebAssembly's memory, which it moves by itself when it grows.
 */
export function canLend(buffer: ArrayBufferLike): boolean {
  if (isShared(buffer) || lent.has(buffer)) return true
  return (
    !(buffer as { resizable?: boolean }).resizable && Object.isExtensible(buffer) && canBeTransferred(buffer)
  )
}

/** Those that are marked already. */
const lent = new WeakSet<ArrayBufferLike>()

// A list that names a buffer twice is refused, and nothing happens; for one that cannot be transferred with other words,
// or, in Node 20, not at all.
function canBeTransferred(buffer: ArrayBufferLike): boolean {
  refused ??= refusalOf(new ArrayBuffer(1))
  return refused !== undefined && refusalOf(buffer) === refused
}

let refused: string | undefined

function refusalOf(buffer: ArrayBufferLike): string | undefined {
  try {
    structuredClone(null, { transfer: [buffer as ArrayBuffer, buffer as ArrayBuffer] })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Precondition: it can be lent. */
export function lend(buffer: ArrayBufferLike): BorrowedBuffer {
  if (!isShared(buffer) && !lent.has(buffer)) {
    lent.add(buffer)
    workerThreads().markAsUntransferable(buffer)
    if (!marksStopTransfer()) shadowTransfer(buffer)
  }
  return { buffer, byteLength: buffer.byteLength }
}

/** Whether its memory has left it since. */
export const wasMoved = ({ buffer, byteLength }: BorrowedBuffer): boolean => buffer.byteLength < byteLength

export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false
  try {
    new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}

// Of another realm too.
const isShared = (buffer: ArrayBufferLike): boolean =>
  Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]'

let stopped: boolean | undefined

// Node 20 has no ArrayBuffer.prototype.transfer, and in Node 24 it heeds the mark.
function marksStopTransfer(): boolean {
  stopped ??= (() => {
    const probe = new ArrayBuffer(1) as ArrayBuffer & { transfer?: () => ArrayBuffer }
    if (!probe.transfer) return true
    workerThreads().markAsUntransferable(probe)
    try {
      probe.transfer()
      return false
    } catch {
      return true
    }
  })()
  return stopped
}

function shadowTransfer(buffer: ArrayBufferLike): void {
  for (const name of ['transfer', 'transferToFixedLength'])
    Object.defineProperty(buffer, name, { value: refuse, configurable: true })
}

function refuse(): never {
  throw new MillraceError(
    'ERR_BUFFER_DETACHED',
    'A DataFrame reads this buffer, so it cannot be transferred',
    {
      hint: 'make the frame with { copy: true }, or transfer a copy of the buffer',
    },
  )
}
