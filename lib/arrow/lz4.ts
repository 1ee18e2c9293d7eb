// The frame format of LZ4 (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md): blocks of literals and of copies
// from up to 64 KiB before. Its checksums are compared: that of the header, and those of blocks and content where it has them.
import { damaged } from './damage.js'
import { xxh32 } from './xxh32.js'

const magic = 0x184d2204
// A byte of a block stands for 255 bytes at most.
const largestRatio = 255

/** `length`: of what it decodes to, exactly. */
export function decodeLz4(frame: Uint8Array, length: number, name: string): Uint8Array {
  if (length > frame.length * largestRatio)
    throw damaged(`${length} bytes of ${frame.length} compressed ones`, name)
  const out = new Output(length, name)
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  try {
    const header = headerOf(frame, view, length, name)
    let at = header.bytes
    for (;;) {
      const size = view.getUint32(at, true)
      at += 4
      if (size === 0) break
      const bytes = size & 0x7fffffff
      if (bytes > frame.length - at) throw damaged('an LZ4 block reaches past its frame', name)
      const block = frame.subarray(at, at + bytes)
      if (size >>> 31) out.literals(block, 0, bytes)
      else decodeBlock(block, out)
      at += bytes
      if (!header.blockChecksums) continue
      compare(block, view.getUint32(at, true), 'an LZ4 block', name)
      at += 4
    }
    const whole = out.finish()
    if (header.contentChecksum) compare(whole, view.getUint32(at, true), 'what an LZ4 frame holds', name)
    return whole
  } catch (error) {
    if (error instanceof RangeError) throw damaged('an LZ4 frame is cut short', name)
    throw error
  }
}

function compare(bytes: Uint8Array, sum: number, what: string, name: string): void {
  if (xxh32(bytes) !== sum) throw damaged(`${what} has another checksum than was written`, name)
}

interface Header {
  readonly bytes: number
  readonly blockChecksums: boolean
  readonly contentChecksum: boolean
}

function headerOf(frame: Uint8Array, view: DataView, length: number, name: string): Header {
  const flags = view.getUint8(4)
  if (view.getUint32(0, true) !== magic || flags >> 6 !== 1) throw damaged('no LZ4 frame', name)
  if (flags & 1) throw damaged('an LZ4 frame that needs a dictionary', name)
  const hasLength = (flags & 8) !== 0
  if (hasLength && view.getBigUint64(6, true) !== BigInt(length))
    throw damaged(`an LZ4 frame of ${view.getBigUint64(6, true)} bytes where ${length} are told`, name)
  const bytes = hasLength ? 15 : 7
  const sum = view.getUint8(bytes - 1)
  if (((xxh32(frame.subarray(4, bytes - 1)) >>> 8) & 255) !== sum)
    throw damaged('the header of an LZ4 frame has another checksum than was written', name)
  return { bytes, blockChecksums: (flags & 0x10) !== 0, contentChecksum: (flags & 4) !== 0 }
}

function decodeBlock(block: Uint8Array, out: Output): void {
  let at = 0
  // A length of 15 goes on in bytes, as long as they are 255.
  const more = (short: number): number => {
    let length = short
    if (short !== 15) return length
    for (let byte = 255; byte === 255; length += byte) {
      if (at >= block.length) throw new RangeError('cut short')
      byte = block[at++] as number
    }
    return length
  }
  while (at < block.length) {
    const token = block[at++] as number
    const literals = more(token >> 4)
    if (literals > block.length - at) throw new RangeError('cut short')
    out.literals(block, at, literals)
    at += literals
    if (at === block.length) return // the last sequence has no copy
    if (at + 2 > block.length) throw new RangeError('cut short')
    const distance = (block[at] as number) | ((block[at + 1] as number) << 8)
    at += 2
    out.copy(distance, more(token & 15) + 4)
  }
}

class Output {
  readonly #bytes: Uint8Array
  readonly #name: string
  #at = 0

  constructor(length: number, name: string) {
    this.#bytes = new Uint8Array(length)
    this.#name = name
  }

  literals(from: Uint8Array, at: number, length: number): void {
    this.#expect(length)
    if (length > 16) this.#bytes.set(from.subarray(at, at + length), this.#at)
    else for (let i = 0; i < length; i++) this.#bytes[this.#at + i] = from[at + i] as number
    this.#at += length
  }

  copy(distance: number, length: number): void {
    this.#expect(length)
    if (distance === 0 || distance > this.#at) throw damaged('an LZ4 copy from before its frame', this.#name)
    const from = this.#at - distance
    if (distance >= length && length > 16) this.#bytes.copyWithin(this.#at, from, from + length)
    // What is copied may be what this very copy writes.
    else for (let i = 0; i < length; i++) this.#bytes[this.#at + i] = this.#bytes[from + i] as number
    this.#at += length
  }

  finish(): Uint8Array {
    if (this.#at !== this.#bytes.length) {
      throw damaged(`${this.#at} bytes in a frame of ${this.#bytes.length}`, this.#name)
    }
    return this.#bytes
  }

  #expect(length: number): void {
    if (length > this.#bytes.length - this.#at)
      throw damaged('an LZ4 frame holds more than it says', this.#name)
  }
}
