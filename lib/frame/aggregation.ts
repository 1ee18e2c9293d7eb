import { suggestion } from '../core/did-you-mean.js'
import { invalidArgument, MillraceError } from '../core/errors.js'
import type { Schema } from '../core/schema.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { expression } from '../plan/expression/expression.js'
import { type FillGroups, lowerAggregates } from '../plan/lower-aggregates.js'
import type { Grouping } from '../plan/step/aggregate.js'
import type { PlanNode } from '../plan/step/node.js'
import type { NamedExpr } from '../plan/step/project.js'
import { ExpressionBuilder } from './expression/expression-builder.js'
import type { AggregateName } from './group-by-types.js'
import { namedExpressions } from './projections.js'

const names: readonly AggregateName[] = [
  'count',
  'sum',
  'mean',
  'min',
  'max',
  'std',
  'var',
  'first',
  'last',
  'nUnique',
  'approxNUnique',
  'median',
  'any',
  'all',
]

/** `agg(...)` of a frame or of groups: the callback form, an object of expressions, or the dictionary form. */
export function aggregatePlan(
  input: PlanNode,
  grouping: Grouping,
  given: unknown,
  fill?: FillGroups,
): PlanNode {
  const outputs = isDictionary(given)
    ? fromDictionary(input.schema, given)
    : namedExpressions(input.schema, given, 'agg', 'as in agg(c => ({ open: c.Open.mean() }))')
  return lowerAggregates(input, grouping, outputs, fill)
}

function isDictionary(given: unknown): given is Record<string, unknown> {
  if (
    typeof given !== 'object' ||
    given === null ||
    Array.isArray(given) ||
    ExpressionBuilder.isExpression(given)
  )
    return false
  return Object.values(given).some(value => typeof value === 'string' || Array.isArray(value))
}

function fromDictionary(schema: Schema, given: Record<string, unknown>): NamedExpr[] {
  return Object.entries(given).flatMap(([column, wanted]) => {
    const { name, type } = schema.field(column)
    if (typeof wanted !== 'string' && !Array.isArray(wanted)) {
      throw invalidArgument(
        'the name of an aggregate or a list of them',
        `${JSON.stringify(name)} in agg`,
        wanted,
      )
    }
    return [wanted].flat().map(fn => ({
      name: typeof wanted === 'string' ? name : `${name}_${fn}`,
      expr: expression(checkName(fn), [columnRef(name, type)]),
    }))
  })
}

function checkName(given: unknown): AggregateName {
  if (names.includes(given as AggregateName)) return given as AggregateName
  throw new MillraceError('ERR_INVALID_ARGUMENT', `There is no aggregate ${JSON.stringify(given)}`, {
    hint: suggestion(aliases[String(given)] ?? String(given), names),
  })
}

const aliases: Readonly<Record<string, AggregateName>> = {
  avg: 'mean',
  average: 'mean',
  size: 'count',
  stddev: 'std',
}
