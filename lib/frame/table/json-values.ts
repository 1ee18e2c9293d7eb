// Values as JSON can hold them, whatever the reading: nothing throws in JSON.stringify(table).
import { type DType, isTimestamp } from '../../core/dtypes.js'
import { dateText, timestampText } from '../../plan/expression/calendar.js'
import type { ValueReader } from './value-readers.js'

/** Precondition: not text; `read` gives the ordinary value. */
export function jsonReader(dtype: DType, data: ArrayBufferView, read: ValueReader): ValueReader {
  if (dtype === 'int64' || dtype === 'uint64') {
    const wide = data as BigInt64Array
    return row => {
      const value = wide[row] as bigint
      const number = Number(value)
      return Number.isSafeInteger(number) ? number : value.toString()
    }
  }
  if (dtype === 'date') {
    const days = data as Int32Array
    return row => dateText(days[row] as number)
  }
  if (isTimestamp(dtype)) {
    const ticks = data as BigInt64Array
    return row => timestampText(ticks[row] as bigint, dtype)
  }
  if (dtype === 'float64' || dtype === 'float32') {
    return row => (Number.isFinite(read(row)) ? read(row) : null)
  }
  return read
}
