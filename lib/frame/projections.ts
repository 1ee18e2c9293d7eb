// Select, rename, cast and their like: all are projections.
import { isNumeric, isTemporal, isText } from '../core/dtypes.js'
import { invalidArgument } from '../core/errors.js'
import type { Schema } from '../core/schema.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { expression } from '../plan/expression/expression.js'
import { fillMissing } from '../plan/expression/fill-missing.js'
import { literal } from '../plan/expression/literal.js'
import type { ExprNode } from '../plan/expression/node.js'
import { projectRows } from '../plan/hoist-windows.js'
import type { PlanNode } from '../plan/step/node.js'
import { type NamedExpr, type ProjectNode, projectNode } from '../plan/step/project.js'
import { columnsObject } from './columns-object.js'
import { checkDtype, ExpressionBuilder, requireNode } from './expression/expression-builder.js'

/** `names`, each an existing column. Throws ERR_COLUMN_NOT_FOUND. */
export function checkNames(schema: Schema, names: readonly unknown[], method: string): string[] {
  // A list is taken as well: people have one at hand.
  const flat = names.length === 1 && Array.isArray(names[0]) ? (names[0] as unknown[]) : names
  return flat.map(name => {
    if (typeof name !== 'string') throw invalidArgument('the names of columns', method, name)
    return schema.field(name).name
  })
}

/** The callback's, or the given, object of named expressions. */
export function namedExpressions(
  schema: Schema,
  given: unknown,
  method: string,
  example: string,
): NamedExpr[] {
  const object: unknown = typeof given === 'function' ? given(columnsObject(schema)) : given
  if (
    typeof object !== 'object' ||
    object === null ||
    Array.isArray(object) ||
    ExpressionBuilder.isExpression(object)
  ) {
    throw invalidArgument('an object of named expressions', method, object, example)
  }
  return Object.entries(object).map(([name, value]) => ({
    name,
    expr: requireNode(value, `column ${JSON.stringify(name)} of ${method}`, hintFor(value)),
  }))
}

function hintFor(value: unknown): string | undefined {
  const plain =
    value === null ||
    ['string', 'number', 'boolean', 'bigint'].includes(typeof value) ||
    value instanceof Date
  return plain ? 'for a constant write lit(value)' : undefined
}

export function selectColumns(plan: PlanNode, columns: readonly unknown[]): ProjectNode {
  const [first] = columns
  if (typeof first === 'function' || (typeof first === 'object' && first !== null && !Array.isArray(first))) {
    if (columns.length > 1) throw invalidArgument('names of columns, or one callback', 'select', columns[1])
    return projectRows(
      plan,
      namedExpressions(plan.schema, first, 'select', 'as in select(c => ({ day: c.Date }))'),
    )
  }
  return keepColumns(plan, checkNames(plan.schema, columns, 'select'))
}

export function keepColumns(plan: PlanNode, names: readonly string[]): ProjectNode {
  return projectNode(
    plan,
    names.map(name => ({ name, expr: reference(plan.schema, name) })),
  )
}

function reference(schema: Schema, name: string): ExprNode {
  return columnRef(name, schema.field(name).type)
}

/** Every column, with `change` saying what becomes of it. */
function mapColumns(plan: PlanNode, change: (column: NamedExpr) => NamedExpr): ProjectNode {
  return projectNode(
    plan,
    plan.schema.fields.map(({ name, type }) => change({ name, expr: columnRef(name, type) })),
  )
}

export function withColumns(plan: PlanNode, given: unknown): ProjectNode {
  const example = 'as in withColumns(c => ({ half: c.Close.div(2) }))'
  const added = new Map(
    namedExpressions(plan.schema, given, 'withColumns', example).map(column => [column.name, column]),
  )
  const kept = plan.schema.names.map(name => added.get(name) ?? { name, expr: reference(plan.schema, name) })
  const fresh = [...added.values()].filter(({ name }) => !plan.schema.has(name))
  return projectRows(plan, [...kept, ...fresh])
}

export function dropColumns(plan: PlanNode, names: readonly unknown[]): ProjectNode {
  const dropped = new Set(checkNames(plan.schema, names, 'drop'))
  return keepColumns(
    plan,
    plan.schema.names.filter(name => !dropped.has(name)),
  )
}

/** An object keyed by existing columns, as a Map. */
function byColumn(schema: Schema, given: unknown, method: string): Map<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidArgument('an object keyed by columns', method, given)
  }
  return new Map(Object.entries(given).map(([name, value]) => [schema.field(name).name, value]))
}

export function renameColumns(plan: PlanNode, given: unknown): ProjectNode {
  const names = byColumn(plan.schema, given, 'rename')
  for (const [from, to] of names) {
    if (typeof to !== 'string')
      throw invalidArgument('a name', `the new name of ${JSON.stringify(from)} in rename`, to)
  }
  return mapColumns(plan, ({ name, expr }) => ({
    name: (names.get(name) as string | undefined) ?? name,
    expr,
  }))
}

export function castColumns(plan: PlanNode, given: unknown): ProjectNode {
  const dtypes = byColumn(plan.schema, given, 'cast')
  return mapColumns(plan, ({ name, expr }) => {
    if (!dtypes.has(name)) return { name, expr }
    return { name, expr: expression('cast', [expr], [checkDtype(dtypes.get(name))]) }
  })
}

export function fillNulls(plan: PlanNode, given: unknown): ProjectNode {
  const perColumn = typeof given === 'object' && given !== null && !(given instanceof Date)
  if (perColumn) {
    const values = byColumn(plan.schema, given, 'fillNull')
    return mapColumns(plan, ({ name, expr }) => ({
      name,
      expr: values.has(name)
        ? fillMissing(expr, literal(values.get(name), `fillNull of ${JSON.stringify(name)}`))
        : expr,
    }))
  }
  if (given === null || given === undefined) throw invalidArgument('a value', 'fillNull', given)
  const value = literal(given, 'fillNull')
  return mapColumns(plan, ({ name, expr }) => ({
    name,
    expr: suits(expr, value) ? fillMissing(expr, value) : expr,
  }))
}

// Whether a value for "all columns of its kind" is meant for this one; others need no filling.
function suits(expr: ExprNode, value: ExprNode): boolean {
  const [column, given] = [expr.type.dtype, value.type.dtype]
  if (!expr.type.nullable) return false
  if (isNumeric(given)) return isNumeric(column)
  if (isText(given)) return isText(column)
  return isTemporal(given) ? isTemporal(column) : column === given
}

/** The condition that a column is not null. */
export function isPresent(schema: Schema, name: string): ExprNode {
  return expression('isNotNull', [reference(schema, name)])
}
