// Columns to rows and back.
import { invalidArgument, MillraceError } from '../core/errors.js'
import { type OptionReader, oneOf, readOptions, text } from '../core/options.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { adaptBranches, commonType } from '../plan/expression/common-type.js'
import { expression } from '../plan/expression/expression.js'
import { literal } from '../plan/expression/literal.js'
import type { ExprNode } from '../plan/expression/node.js'
import { lowerAggregates } from '../plan/lower-aggregates.js'
import { concatNode } from '../plan/step/concat.js'
import type { PlanNode } from '../plan/step/node.js'
import { projectNode } from '../plan/step/project.js'
import type { AggregateName } from './group-by-types.js'
import { checkNames } from './projections.js'

/** What `pivot` can make of several values in one place. */
export type PivotAggregate = 'first' | 'last' | 'sum' | 'mean' | 'min' | 'max' | 'count' | 'median'

const pivotAggregates: readonly PivotAggregate[] = [
  'first',
  'last',
  'sum',
  'mean',
  'min',
  'max',
  'count',
  'median',
]
void (pivotAggregates satisfies readonly AggregateName[])

export interface UnpivotOptions<K, I, N, V> {
  /** The columns to fold. */
  readonly on: K | readonly K[]
  /** The columns to repeat; default all others. */
  readonly index?: I | readonly I[]
  /** Name of the column of names; default `variable`. */
  readonly variableName?: N
  /** Name of the column of values; default `value`. */
  readonly valueName?: V
}

export interface PivotOptions<K, I, C> {
  /** The column whose values become columns. */
  readonly on: K
  /** Which of its values, in which order. */
  readonly columns: readonly C[]
  /** The column whose values fill them. */
  readonly values: K
  /** What makes a row; default all other columns. */
  readonly index?: I | readonly I[]
  /** What becomes of several values in one place; default the first. */
  readonly aggregate?: PivotAggregate
}

const anything: OptionReader<unknown> = value => value

const listOf = (given: unknown): readonly unknown[] => (Array.isArray(given) ? given : [given])

interface UnpivotSettings {
  readonly on?: unknown
  readonly index?: unknown
  readonly variableName?: string
  readonly valueName?: string
}

export function unpivotPlan(plan: PlanNode, options: unknown): PlanNode {
  const { schema } = plan
  const {
    on,
    index,
    variableName = 'variable',
    valueName = 'value',
  } = readOptions<UnpivotSettings>(options, 'unpivot', {
    on: anything as never,
    index: anything as never,
    variableName: text,
    valueName: text,
  })
  const kept = index === undefined ? undefined : checkNames(schema, listOf(index), 'unpivot option index')
  const folded =
    on === undefined
      ? schema.names.filter(name => !(kept ?? []).includes(name))
      : checkNames(schema, listOf(on), 'unpivot option on')
  const ids = kept ?? schema.names.filter(name => !folded.includes(name))
  if (folded.length === 0) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', 'unpivot needs at least one column to fold', {
      hint: "as in unpivot({ on: ['High', 'Low'], index: 'Date' })",
    })
  }
  const refs = folded.map(name => columnRef(name, schema.field(name).type))
  const dtype = commonType(
    'unpivot finds no common type of',
    refs,
    'cast one of them first, as in df.cast({ ... })',
  )
  return concatNode(
    refs.map((ref, i) =>
      projectNode(plan, [
        ...ids.map(name => ({ name, expr: columnRef(name, schema.field(name).type) })),
        { name: variableName, expr: literal(folded[i] as string, 'unpivot') },
        { name: valueName, expr: ref.type.dtype === dtype ? ref : expression('cast', [ref], [dtype]) },
      ]),
    ),
  )
}

interface PivotSettings {
  readonly on?: unknown
  readonly columns?: unknown
  readonly index?: unknown
  readonly values?: unknown
  readonly aggregate?: PivotAggregate
}

export function pivotPlan(plan: PlanNode, options: unknown): PlanNode {
  const { schema } = plan
  const {
    on,
    columns,
    index,
    values,
    aggregate = 'first',
  } = readOptions<PivotSettings>(options, 'pivot', {
    on: anything as never,
    columns: anything as never,
    index: anything as never,
    values: anything as never,
    aggregate: oneOf(...pivotAggregates),
  })
  const by = oneName(schema, on, 'pivot option on')
  const value = oneName(schema, values, 'pivot option values')
  if (!Array.isArray(columns) || columns.length === 0) {
    throw invalidArgument(
      'a list of values',
      'pivot option columns',
      columns,
      `a lazy frame must know its columns: (await df.select(${JSON.stringify(by)}).distinct().compute()) has the values`,
    )
  }
  const keys =
    index === undefined
      ? schema.names.filter(name => name !== by && name !== value)
      : checkNames(schema, listOf(index), 'pivot option index')
  const key = columnRef(by, schema.field(by).type)
  const cell = columnRef(value, schema.field(value).type)
  const outputs = (columns as unknown[]).map(wanted => ({
    name: nameOf(wanted, key),
    expr: pivoted(key, cell, wanted, aggregate),
  }))
  const grouping = {
    keys: keys.map(name => ({ name, expr: columnRef(name, schema.field(name).type) })),
    order: 'key' as const,
    dropNulls: false,
  }
  return lowerAggregates(plan, grouping, outputs)
}

function oneName(schema: PlanNode['schema'], given: unknown, option: string): string {
  if (typeof given !== 'string') {
    const example = "pivot({ index: 'Date', on: 'Ticker', columns: ['AAPL', 'IBM'], values: 'Close' })"
    throw invalidArgument('the name of a column', option, given, `as in ${example}`)
  }
  return checkNames(schema, [given], option)[0] as string
}

function nameOf(wanted: unknown, key: ExprNode): string {
  if (!(wanted instanceof Date) || Number.isNaN(wanted.getTime())) return String(wanted)
  const text = wanted.toISOString()
  return key.type.dtype === 'date' ? text.slice(0, text.indexOf('T')) : text
}

// The aggregate over the rows of one column of the result; the others count as null.
function pivoted(key: ExprNode, cell: ExprNode, wanted: unknown, aggregate: PivotAggregate): ExprNode {
  const one = adaptBranches([literal(wanted, 'pivot option columns'), key])[0] as ExprNode
  commonType('pivot option columns cannot find', [one, key], `give values of ${key.type.dtype}`)
  // NaN is one key, though no expression is equal to it.
  const here = Number.isNaN(wanted) ? expression('isNaN', [key]) : expression('eqMissing', [key, one])
  const value = expression('when', [here, cell, literal(null, 'pivot')])
  const skip = aggregate === 'first' || aggregate === 'last' ? [{ skipNulls: true }] : []
  return expression(aggregate, [value], skip)
}
