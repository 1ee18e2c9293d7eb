import { columnFunctions } from '../core/column-functions.js'
import { type DataType, parseType } from '../core/dtypes.js'
import { invalidArgument } from '../core/errors.js'
import { integer, type OptionReader, type OptionReaders, readOptions } from '../core/options.js'
import { Schema } from '../core/schema.js'
import { type MapBatchesNode, mapBatchesNode } from '../plan/step/map-batches.js'
import type { PlanNode } from '../plan/step/node.js'
import type { FunctionOptions, MapBatchesOptions } from './map-batches-types.js'

const returns: OptionReader<Readonly<Record<string, DataType>>> = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    throw invalidArgument("an object of columns such as { x: 'float64' }", name, value)
  const types = Object.entries(value).map(([column, type]) => [
    column,
    parseType(type, `column ${JSON.stringify(column)} of returns`),
  ])
  return Object.fromEntries(types)
}

const closure: OptionReader<Readonly<Record<string, unknown>>> = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgument('an object such as { limit }', name, value)
  return value as Readonly<Record<string, unknown>>
}

type Checked = FunctionOptions<Readonly<Record<string, DataType>>>

const readers: OptionReaders<Checked> = {
  returns,
  closure,
  timeout: integer(1, 2 ** 31 - 1),
}

export const defaultBatchRows = 65_536

export function mapBatchesPlan(plan: PlanNode, fn: unknown, options: unknown): MapBatchesNode {
  const read = readOptions<Checked & Pick<MapBatchesOptions<never>, 'size'>>(options, 'mapBatches', {
    ...readers,
    size: integer(1, 2 ** 31 - 1),
  })
  const schema = returnedSchema(read.returns, 'mapBatches')
  const prepared = columnFunctions().prepare(fn, 'mapBatches', read.closure)
  const { size = defaultBatchRows, timeout } = read
  return mapBatchesNode(plan, { label: labelOf(fn), prepared, size, timeout }, schema)
}

function returnedSchema(given: Checked['returns'] | undefined, method: string): Schema {
  if (!given)
    throw invalidArgument("an object of columns such as { x: 'float64' }", `${method} option returns`, given)
  return new Schema(Object.entries(given).map(([name, type]) => ({ name, type })))
}

const labelOf = (fn: unknown): string => (fn as { name?: string }).name || 'function'
