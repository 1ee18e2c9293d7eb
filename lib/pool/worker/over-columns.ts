import type {
  ColumnsCall,
  ColumnsResult,
  ReturnedColumn,
  ReturnedField,
  RowGroups,
} from '../../core/column-functions.js'
import type { Callable } from '../functions/load-function.js'
import { BatchColumn } from './batch-column.js'
import { joinedColumn, keyOf, repeatedKey } from './group-columns.js'
import { lengthOf, ownMemory, returnedColumn, sharedMemory, WrongResult } from './returned-column.js'

/** The function of `mapBatches` as a worker calls it: shared columns in, shared columns out. */
export function overColumns(fn: Callable): Callable {
  return async call => {
    try {
      const { groups } = call as ColumnsCall
      return await (groups ? callGroups(fn, call as ColumnsCall, groups) : callBatch(fn, call as ColumnsCall))
    } catch (error) {
      if (error instanceof WrongResult) return { problem: error.problem } satisfies ColumnsResult
      throw error
    }
  }
}

async function callBatch(
  fn: Callable,
  { columns, rows, index, returns, into }: ColumnsCall,
): Promise<ColumnsResult> {
  const batch: Record<string, BatchColumn> = Object.create(null)
  for (const column of columns) batch[column.name] = new BatchColumn(column, 0, rows)
  const returned = checkNames(await fn(batch, { index, rows }), returns)
  const input = new Set(columns.map(({ data }) => data.buffer))
  const memory = sharedMemory(input, into)
  const made = returns.map(field => returnedColumn(field, returned[field.name], memory))
  return { rows: commonLength(made), columns: made, ...whereTheyLie(made, input, into) }
}

function whereTheyLie(
  columns: readonly ReturnedColumn[],
  input: ReadonlySet<ArrayBufferLike>,
  into: SharedArrayBuffer | undefined,
) {
  let [keepsInput, usesInto, bytes, ownBytes] = [false, false, 0, 0]
  for (const { data, validity, offsets } of columns) {
    for (const array of [data, validity, offsets]) {
      if (!array) continue
      const size = array.byteLength
      if (input.has(array.buffer)) keepsInput = true
      else bytes += size
      if (array.buffer === into) usesInto = true
      else if (!input.has(array.buffer)) ownBytes += size
    }
  }
  return { keepsInput, usesInto, bytes, ownBytes }
}

async function callGroups(fn: Callable, call: ColumnsCall, groups: RowGroups): Promise<ColumnsResult> {
  const { columns, returns, into } = call
  const { starts, keys } = groups
  const parts: ReturnedColumn[][] = returns.map(() => [])
  const lengths: number[] = []
  for (let group = 0; group < starts.length - 1; group++) {
    const start = starts[group] as number
    const rows = (starts[group + 1] as number) - start
    const batch: Record<string, BatchColumn> = Object.create(null)
    for (const column of columns) batch[column.name] = new BatchColumn(column, start, rows)
    const key: Record<string, unknown> = Object.create(null)
    for (const name of keys) key[name] = keyOf(batch[name] as BatchColumn)
    const returned = checkNames(await fn(batch, key), returns)
    const made = returns.map(field => returnedColumn(field, returned[field.name], ownMemory))
    lengths.push(commonLength(made))
    for (const [at, column] of made.entries()) parts[at]?.push(column)
  }
  const memory = sharedMemory(new Set(), into)
  const rows = lengths.reduce((sum, length) => sum + length, 0)
  const repeated = keys.map(key => {
    const column = columns.find(({ name }) => name === key) as (typeof columns)[number]
    return repeatedKey(column, starts, lengths, rows, memory)
  })
  const joined = returns.map((field, at) => joinedColumn(field, parts[at] ?? [], memory))
  const made = [...repeated, ...joined]
  return { rows, columns: made, ...whereTheyLie(made, new Set(), into) }
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
