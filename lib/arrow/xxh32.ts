// XXH32 with seed 0 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), the checksum of LZ4 frames.
const prime1 = 0x9e3779b1
const prime2 = 0x85ebca77
const prime3 = 0xc2b2ae3d
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))
const round = (sum: number, word: number): number =>
  Math.imul(rotate((sum + Math.imul(word, prime2)) | 0, 13), prime1)

/** An unsigned 32-bit number. Costs one pass over the bytes. */
export function xxh32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let sum = prime5
  if (bytes.length >= 16) {
    let a = (prime1 + prime2) | 0
    let b = prime2 | 0
    let c = 0
    let d = -prime1 | 0
    for (; at + 16 <= bytes.length; at += 16) {
      a = round(a, view.getUint32(at, true))
      b = round(b, view.getUint32(at + 4, true))
      c = round(c, view.getUint32(at + 8, true))
      d = round(d, view.getUint32(at + 12, true))
    }
    sum = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)
  }
  sum = (sum + bytes.length) | 0
  for (; at + 4 <= bytes.length; at += 4)
    sum = Math.imul(rotate((sum + Math.imul(view.getUint32(at, true), prime3)) | 0, 17), prime4)
  for (; at < bytes.length; at++)
    sum = Math.imul(rotate((sum + Math.imul(bytes[at] as number, prime5)) | 0, 11), prime1)
  sum = Math.imul(sum ^ (sum >>> 15), prime2)
  sum = Math.imul(sum ^ (sum >>> 13), prime3)
  return (sum ^ (sum >>> 16)) >>> 0
}
