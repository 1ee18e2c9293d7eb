import type { ReturnedColumn, ReturnedField, SharedColumn } from '../../core/column-functions.js'
import { BatchColumn } from './batch-column.js'
import { lengthOf, returnedColumn, sharedMemory } from './returned-column.js'

type Values = Float64Array
type ArrayMaker = new (buffer: ArrayBufferLike) => Values

/** The parts of a column, one after another, in shared memory. Precondition: there is one at least. */
export function joinedColumn(
  { name, dtype }: ReturnedField,
  parts: readonly ReturnedColumn[],
): ReturnedColumn {
  const rows = parts.reduce((sum, part) => sum + lengthOf(part), 0)
  const bytes = parts.reduce((sum, { data }) => sum + data.byteLength, 0)
  const [first] = parts as readonly [ReturnedColumn, ...ReturnedColumn[]]
  const data = new ((first.data as Values).constructor as ArrayMaker)(new SharedArrayBuffer(bytes))
  let at = 0
  for (const part of parts) {
    data.set(part.data as Values, at)
    at += (part.data as Values).length
  }
  const validity = parts.some(part => part.validity) ? joinedBits(parts, rows) : null
  return { name, type: dtype, data, validity, ...(first.offsets && { offsets: joinedOffsets(parts, rows) }) }
}

function joinedBits(parts: readonly ReturnedColumn[], rows: number): Uint8Array {
  const bits = new Uint8Array(new SharedArrayBuffer((rows + 7) >> 3))
  let at = 0
  for (const part of parts) {
    const { validity } = part
    for (let row = 0, length = lengthOf(part); row < length; row++, at++) {
      const valid = validity ? ((validity[row >> 3] as number) >> (row & 7)) & 1 : 1
      bits[at >> 3] = (bits[at >> 3] as number) | (valid << (at & 7))
    }
  }
  return bits
}

function joinedOffsets(parts: readonly ReturnedColumn[], rows: number): Uint32Array {
  const joined = new Uint32Array(new SharedArrayBuffer((rows + 1) * 4))
  let row = 0
  let base = 0
  for (const { offsets, data } of parts) {
    const own = offsets as Uint32Array
    for (let i = 1; i < own.length; i++) joined[++row] = base + (own[i] as number)
    base += data.byteLength
  }
  return joined
}

/** The value that the rows of a group share: -0 and 0 are one key, which is 0. */
export function keyOf(column: BatchColumn): unknown {
  if (column.isNull(0)) return null
  const [value] = column.values as readonly unknown[]
  return value === 0 ? 0 : value
}

/** A key of groups, as often as each group gave rows. `starts`: where each group begins, the column at `origin`. */
export function repeatedKey(
  column: SharedColumn,
  starts: ArrayLike<number>,
  origin: number,
  lengths: readonly number[],
  rows: number,
): ReturnedColumn {
  const field = { name: column.name, dtype: column.type, nullable: true }
  const firsts = lengths.map((_, group) => new BatchColumn(column, (starts[group] as number) - origin, 1))
  const isText = column.categories !== null || column.offsets !== null
  const whole = column.data as Values
  const values = isText
    ? new Array<unknown>(rows)
    : new (whole.constructor as ArrayMaker)(new SharedArrayBuffer(rows * whole.BYTES_PER_ELEMENT))
  const validity = new Uint8Array((rows + 7) >> 3).fill(255)
  let at = 0
  for (const [group, first] of firsts.entries()) {
    const to = at + (lengths[group] as number)
    const key = keyOf(first)
    if (key !== null) values.fill(key as never, at, to)
    else for (let row = at; row < to; row++) clearBit(validity, row)
    at = to
  }
  const own = ArrayBuffer.isView(values) ? [values.buffer] : []
  return returnedColumn(field, { values, validity }, sharedMemory(new Set(own)))
}

function clearBit(bits: Uint8Array, at: number): void {
  bits[at >> 3] = (bits[at >> 3] as number) & ~(1 << (at & 7))
}
