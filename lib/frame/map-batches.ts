import { columnFunctions } from '../core/column-functions.js'
import { type DataType, dataType, parseType } from '../core/dtypes.js'
import { invalidArgument } from '../core/errors.js'
import { integer, type OptionReader, type OptionReaders, readOptions } from '../core/options.js'
import { Schema } from '../core/schema.js'
import { columnRef } from '../plan/expression/column-ref.js'
import type { Grouping } from '../plan/step/aggregate.js'
import { filterNode } from '../plan/step/filter.js'
import { type MapBatchesNode, mapBatchesNode } from '../plan/step/map-batches.js'
import type { PlanNode } from '../plan/step/node.js'
import { projectNode } from '../plan/step/project.js'
import type { FunctionOptions, MapBatchesOptions } from './map-batches-types.js'
import { isPresent } from './projections.js'

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

/** `groupBy(keys).apply(fn)`: the keys come back in front of what the function gives. */
export function applyPlan(plan: PlanNode, grouping: Grouping, fn: unknown, options: unknown): MapBatchesNode {
  const read = readOptions<Checked>(options, 'apply', readers)
  if (grouping.order === 'first')
    throw invalidArgument(
      'sort: true or false',
      'the option sort of a groupBy with apply',
      'first',
      'groups are sorted to be told apart: sort the result',
    )
  const keys = grouping.keys.map(({ name }) => name)
  const keyed = withKeys(plan, grouping)
  const input = grouping.dropNulls ? withoutNulls(keyed, keys) : keyed
  const keyFields = grouping.keys.map(({ name, expr: { type } }) => ({
    name,
    type: grouping.dropNulls ? dataType(type.dtype, false) : type,
  }))
  const schema = new Schema([...keyFields, ...returnedSchema(read.returns, 'apply').fields])
  const prepared = columnFunctions().prepare(fn, 'apply', read.closure)
  const call = { label: labelOf(fn), prepared, size: defaultBatchRows, timeout: read.timeout, keys }
  return mapBatchesNode(input, call, schema)
}

/** Keys that are computed, as intervals of time are, in place of the columns that they are called after. */
function withKeys(plan: PlanNode, { keys }: Grouping): PlanNode {
  if (keys.every(({ expr }) => expr.op === 'col')) return plan
  return projectNode(
    plan,
    plan.schema.fields.map(({ name, type }) => {
      const key = keys.find(each => each.name === name)
      return { name, expr: key?.expr ?? columnRef(name, type) }
    }),
  )
}

function withoutNulls(plan: PlanNode, keys: readonly string[]): PlanNode {
  return keys.reduce<PlanNode>((input, key) => filterNode(input, isPresent(input.schema, key)), plan)
}

const labelOf = (fn: unknown): string => (fn as { name?: string }).name || 'function'
