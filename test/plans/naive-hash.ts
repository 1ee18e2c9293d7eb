// XXH64, by its specification, of what `hash` says it is of.
import type { Cell, Kind } from './plan.js'

const [p1, p2, p3, p4, p5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const

const wrap = (x: bigint): bigint => BigInt.asUintN(64, x)
const rotate = (x: bigint, bits: bigint): bigint => wrap((x << bits) | (x >> (64n - bits)))
const round = (lane: bigint, input: bigint): bigint => wrap(rotate(wrap(lane + input * p2), 31n) * p1)

function xxh64(bytes: Buffer): bigint {
  let at = 0
  let hash: bigint = p5
  if (bytes.length >= 32) {
    const lanes = [wrap(p1 + p2), p2, 0n, wrap(-p1)]
    for (; at + 32 <= bytes.length; at += 32)
      for (const [i, lane] of lanes.entries()) lanes[i] = round(lane, bytes.readBigUInt64LE(at + 8 * i))
    const [a, b, c, d] = lanes as [bigint, bigint, bigint, bigint]
    hash = wrap(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n))
    for (const lane of lanes) hash = wrap((hash ^ round(0n, lane)) * p1 + p4)
  }
  hash = wrap(hash + BigInt(bytes.length))
  for (; at + 8 <= bytes.length; at += 8)
    hash = wrap(rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * p1 + p4)
  if (at + 4 <= bytes.length) {
    hash = wrap(rotate(hash ^ wrap(BigInt(bytes.readUInt32LE(at)) * p1), 23n) * p2 + p3)
    at += 4
  }
  for (; at < bytes.length; at++) hash = wrap(rotate(hash ^ wrap(BigInt(bytes[at]!) * p5), 11n) * p1)
  hash = wrap((hash ^ (hash >> 33n)) * p2)
  hash = wrap((hash ^ (hash >> 29n)) * p3)
  return hash ^ (hash >> 32n)
}

const dayMs = 86_400_000

function bytesOf(cell: NonNullable<Cell>, kind: Kind): Buffer {
  if (typeof cell === 'string') return Buffer.from(cell)
  const bytes = Buffer.alloc(8)
  if (kind === 'float') bytes.writeDoubleLE(Number.isNaN(cell) ? Number.NaN : Number(cell) + 0)
  else {
    const whole =
      kind === 'date' ? Number(cell) / dayMs : kind === 'time' ? Number(cell) * 1000 : Number(cell)
    bytes.writeBigInt64LE(BigInt(whole))
  }
  return bytes
}

/** Precondition: the cell is not null. */
export const hashOf = (cell: NonNullable<Cell>, kind: Kind): bigint => xxh64(bytesOf(cell, kind))
