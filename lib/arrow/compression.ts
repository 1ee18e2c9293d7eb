// Compressed buffers: the length of what they hold in 8 bytes, then a frame of LZ4 or Zstandard.
import { zlib } from '../core/builtins.js'
import { damaged, unsupported } from './damage.js'
import { decodeLz4 } from './lz4.js'
import type { Unpacking } from './unpacking.js'

const lz4 = 0
const zstd = 1
const plain = -1n

// A buffer is padded by its writer to whole words, of up to 64 bytes.
const padding = 64

/**
 * `most`: bytes that the column needs, where that is known. What a buffer says of its length is not believed: no more
 * memory is taken than its bytes can give, or than the column needs.
 */
export function decompress(
  bytes: Uint8Array,
  codec: number,
  name: string,
  unpacking: Unpacking,
  most?: number,
): Uint8Array {
  if (bytes.length === 0) return bytes
  if (bytes.length < 8) throw damaged('a compressed buffer without its length', name)
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true)
  const packed = bytes.subarray(8)
  if (length === plain) return packed
  if (length < 0n || length > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(`a length of ${length}`, name)
  if (most !== undefined && length > BigInt(most + padding)) {
    throw damaged(`${length} bytes where ${most} are needed`, name)
  }
  unpacking.reserve(Number(length), name)
  if (codec === lz4) return decodeLz4(packed, Number(length), name)
  if (codec === zstd) return decodeZstd(packed, Number(length), name)
  throw damaged(`a compression numbered ${codec}`, name)
}

type Zstd = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array

function decodeZstd(packed: Uint8Array, length: number, name: string): Uint8Array {
  const decode = (zlib() as { zstdDecompressSync?: Zstd }).zstdDecompressSync
  if (!decode) {
    throw unsupported(
      'The Arrow data is compressed with Zstandard, which this version of Node cannot read',
      'run Node 22.15 or later, or write it with LZ4 or without compression',
      name,
    )
  }
  if (length === 0) return new Uint8Array(0)
  let out: Uint8Array
  try {
    out = decode(packed, { maxOutputLength: length })
  } catch {
    throw damaged('a Zstandard frame that does not decode to its length', name)
  }
  if (out.length !== length) throw damaged(`${out.length} bytes in a frame of ${length}`, name)
  return out
}
