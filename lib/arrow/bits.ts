// Bitmaps: one bit a row, least significant first.

export const isSet = (bits: Uint8Array, row: number): boolean =>
  (((bits[row >> 3] as number) >> (row & 7)) & 1) === 1

/** The bits of `rows` rows from `first` on, from the first bit of a byte; what follows them is anything. */
export function bitsFrom(bits: Uint8Array, first: number, rows: number): Uint8Array {
  const bytes = Math.ceil(rows / 8)
  const start = first >> 3
  const shift = first & 7
  if (shift === 0) return bits.subarray(start, start + bytes)
  const out = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i++) {
    out[i] = ((bits[start + i] ?? 0) >> shift) | ((bits[start + i + 1] ?? 0) << (8 - shift))
  }
  return out
}
