import type { ReturnedColumn, ReturnedField, SharedColumn } from '../../core/column-functions.js'
import { BatchColumn } from './batch-column.js'
import { arrayLike, bytesIn, lengthOf, type Memory, offsetsIn, returnedColumn } from './returned-column.js'

type Values = Float64Array

/** The parts of a column, one after another. Precondition: there is one at least. */
export function joinedColumn(
  { name, dtype }: ReturnedField,
  parts: readonly ReturnedColumn[],
  memory: Memory,
): ReturnedColumn {
  const rows = parts.reduce((sum, part) => sum + lengthOf(part), 0)
  const values = parts.reduce((sum, { data }) => sum + (data as Values).length, 0)
  const [first] = parts as readonly [ReturnedColumn, ...ReturnedColumn[]]
  const data = arrayLike(first.data as Values, values, memory)
  let at = 0
  for (const part of parts) {
    data.set(part.data as Values, at)
    at += (part.data as Values).length
  }
  const validity = parts.some(part => part.validity) ? joinedBits(parts, rows, memory) : null
  const offsets = first.offsets && joinedOffsets(parts, rows, memory)
  return { name, type: dtype, data, validity, ...(offsets && { offsets }) }
}

function joinedBits(parts: readonly ReturnedColumn[], rows: number, memory: Memory): Uint8Array {
  const bits = bytesIn(memory, (rows + 7) >> 3).fill(0)
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

function joinedOffsets(parts: readonly ReturnedColumn[], rows: number, memory: Memory): Uint32Array {
  const joined = offsetsIn(memory, rows)
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

/** A key of groups, as often as each group gave rows. `starts`: where each group begins in the column. */
export function repeatedKey(
  column: SharedColumn,
  starts: ArrayLike<number>,
  lengths: readonly number[],
  rows: number,
  memory: Memory,
): ReturnedColumn {
  const field = { name: column.name, dtype: column.type, nullable: true }
  const firsts = lengths.map((_, group) => new BatchColumn(column, starts[group] as number, 1))
  const isText = column.categories !== null || column.offsets !== null
  const values = isText ? new Array<unknown>(rows) : zeros(column.data as Values, rows, memory)
  const validity = new Uint8Array((rows + 7) >> 3).fill(255)
  let at = 0
  for (const [group, first] of firsts.entries()) {
    const to = at + (lengths[group] as number)
    const key = keyOf(first)
    if (key !== null) values.fill(key as never, at, to)
    else for (let row = at; row < to; row++) clearBit(validity, row)
    at = to
  }
  return returnedColumn(field, { values, validity }, memory)
}

function zeros(like: Values, length: number, memory: Memory): Values {
  const made = arrayLike(like, length, memory)
  new Uint8Array(made.buffer, made.byteOffset, made.byteLength).fill(0)
  return made
}

function clearBit(bits: Uint8Array, at: number): void {
  bits[at >> 3] = (bits[at >> 3] as number) & ~(1 << (at & 7))
}
