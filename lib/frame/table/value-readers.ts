// How a slot of each dtype becomes a JavaScript value. A reader is chosen once, when a column is made, and never looks
// at validity.
import { type DType, isTimestamp } from '../../core/dtypes.js'
import { MillraceError } from '../../core/errors.js'
import { dateText, daysToMs, ticksToMs, timestampText } from '../../plan/expression/calendar.js'
import type { Reading } from '../schema-types.js'

export type ValueReader = (row: number) => unknown
type Wide = BigInt64Array | BigUint64Array

/** Precondition: not text. */
export function valueReader(
  name: string,
  dtype: DType,
  data: ArrayBufferView,
  reading: Reading,
): ValueReader {
  if (dtype === 'int64' || dtype === 'uint64') return wideReader(name, data as Wide, reading.int64)
  if (dtype === 'date') return dateReader(data as Int32Array, reading.dates)
  if (isTimestamp(dtype)) return timestampReader(data as BigInt64Array, dtype, reading.dates)
  const values = data as Float64Array
  return dtype === 'bool' ? row => values[row] === 1 : row => values[row]
}

function wideReader(name: string, data: Wide, int64: Reading['int64']): ValueReader {
  if (int64 === 'bigint') return row => data[row]
  if (int64 === 'string') return row => String(data[row])
  return safeNumberReader(name, data)
}

// The two halves of the integer make a double without a BigInt in between, which is several times faster. All platforms
// that the engine supports are little-endian.
function safeNumberReader(name: string, data: Wide): ValueReader {
  const low = new Uint32Array(data.buffer, data.byteOffset, data.length * 2)
  const high =
    data instanceof BigInt64Array ? new Int32Array(data.buffer, data.byteOffset, data.length * 2) : low
  return row => {
    const value = (high[row * 2 + 1] as number) * 4294967296 + (low[row * 2] as number)
    if (!Number.isSafeInteger(value)) throw unsafe(name, data, row)
    return value
  }
}

function unsafe(name: string, data: Wide, row: number): MillraceError {
  return new MillraceError(
    'ERR_INT64_UNSAFE',
    `${data[row]} in column ${JSON.stringify(name)} does not fit a number exactly`,
    {
      column: name,
      text: String(data[row]),
      hint: "compute({ int64: 'bigint' }) or compute({ int64: 'string' }), or read .values, a BigInt64Array",
    },
  )
}

function dateReader(days: Int32Array, dates: Reading['dates']): ValueReader {
  if (dates === 'iso') return row => dateText(days[row] as number)
  if (dates === 'ms') return row => daysToMs(days[row] as number)
  return row => new Date(daysToMs(days[row] as number))
}

function timestampReader(ticks: BigInt64Array, dtype: DType, dates: Reading['dates']): ValueReader {
  if (dates === 'iso') return row => timestampText(ticks[row] as bigint, dtype)
  if (dates === 'ms') return row => ticksToMs(ticks[row] as bigint, dtype)
  return row => new Date(ticksToMs(ticks[row] as bigint, dtype))
}
