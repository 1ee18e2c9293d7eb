import type {
  ColumnsCall,
  ColumnsResult,
  ReturnedColumn,
  ReturnedField,
} from '../../core/column-functions.js'
import type { Callable } from '../functions/load-function.js'
import { BatchColumn } from './batch-column.js'
import { lengthOf, returnedColumn, WrongResult } from './returned-column.js'

/** The function of `mapBatches` as a worker calls it: shared columns in, shared columns out. */
export function overColumns(fn: Callable): Callable {
  return async call => {
    try {
      return await callBatch(fn, call as ColumnsCall)
    } catch (error) {
      if (error instanceof WrongResult) return { problem: error.problem } satisfies ColumnsResult
      throw error
    }
  }
}

async function callBatch(
  fn: Callable,
  { columns, rows, index, returns }: ColumnsCall,
): Promise<ColumnsResult> {
  const batch: Record<string, BatchColumn> = Object.create(null)
  for (const column of columns) batch[column.name] = new BatchColumn(column, 0, rows)
  const returned = checkNames(await fn(batch, { index, rows }), returns)
  const made = returns.map(field => returnedColumn(field, returned[field.name]))
  return { rows: commonLength(made), columns: made }
}

/** Exactly the columns that were promised. */
function checkNames(value: unknown, returns: readonly ReturnedField[]): Record<string, unknown> {
  const list = returns.map(({ name }) => JSON.stringify(name)).join(', ')
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new WrongResult(
      `the function returned ${value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value}, not an object of columns`,
      `return an object with the columns ${list}`,
      undefined,
    )
  }
  const missing = returns.find(({ name }) => !Object.hasOwn(value, name))
  if (missing) {
    throw new WrongResult(
      `the function returned no column ${JSON.stringify(missing.name)}, which returns names`,
      `return an object with the columns ${list}`,
      missing.name,
    )
  }
  const extra = Object.keys(value).find(key => !returns.some(({ name }) => name === key))
  if (extra !== undefined) {
    throw new WrongResult(
      `the function returned a column ${JSON.stringify(extra)}, which returns does not name`,
      `add it to returns, or leave it out: returns names ${list}`,
      extra,
    )
  }
  return value as Record<string, unknown>
}

function commonLength(columns: readonly ReturnedColumn[]): number {
  const [first] = columns
  const rows = first ? lengthOf(first) : 0
  for (const column of columns) {
    if (lengthOf(column) === rows) continue
    throw new WrongResult(
      `the function returned ${rows} rows in column ${JSON.stringify(first?.name)} and ${lengthOf(column)} in ${JSON.stringify(column.name)}`,
      'all columns of a result have one length; it may differ from that of the batch',
      column.name,
      'ERR_INVALID_ARGUMENT',
    )
  }
  return rows
}
