import type { DTypeText } from '../core/dtypes.js'
import { invalidArgument } from '../core/errors.js'
import { readOptions } from '../core/options.js'
import type { DataFrame } from '../frame/frame-methods.js'
import type { Flat, Nothing } from '../frame/schema-types.js'
import {
  type DeclaredTypes,
  declaredTypes,
  type FromOptions,
  frameFrom,
  rowsWithoutColumns,
  type ValueType,
} from './from-columns.js'

type ObjectsSchema<R, D> = Flat<{ [K in keyof R & string]-?: K extends keyof D ? D[K] : ValueType<R[K]> }>

/**
 * A frame of row objects, such as JSON or a database gives. The columns are the keys in order of first appearance; a key
 * that a row lacks is null there. Dtypes follow the values as in `fromColumns`. O(values); prefer `fromColumns` where
 * the data comes in columns. pandas: `pd.DataFrame(rows)`.
 *
 * @example
 * const df = fromObjects([{ city: 'Rome', degrees: 31 }, { city: 'Oslo', degrees: null }])
 * @throws ERR_TYPE for a value of another kind than the column's first, with its row
 */
export function fromObjects<R extends object, const D extends Readonly<Record<string, DTypeText>> = Nothing>(
  rows: readonly R[],
  options?: FromOptions<D>,
): DataFrame<ObjectsSchema<R, D>> {
  if (!Array.isArray(rows)) throw invalidArgument('an array of objects', 'fromObjects', rows)
  const { schema: declared = new Map() } = readOptions<{ schema: DeclaredTypes }>(options, 'fromObjects', {
    schema: declaredTypes,
  })
  // Declared columns exist even when no row has them.
  const columns = transpose(rows)
  for (const name of declared.keys())
    if (!columns.has(name)) columns.set(name, new Array(rows.length).fill(null))
  if (columns.size === 0) return rowsWithoutColumns(rows.length) as never
  return frameFrom([...columns], declared, 'fromObjects', true)
}

function transpose(rows: readonly unknown[]): Map<string, unknown[]> {
  const columns = new Map<string, unknown[]>()
  for (let row = 0; row < rows.length; row++) {
    const object = rows[row]
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      throw invalidArgument('an object', `row ${row} of fromObjects`, object)
    }
    for (const name of Object.keys(object)) {
      let values = columns.get(name)
      if (!values) {
        values = new Array<unknown>(rows.length).fill(null)
        columns.set(name, values)
      }
      values[row] = (object as Record<string, unknown>)[name]
    }
  }
  return columns
}
