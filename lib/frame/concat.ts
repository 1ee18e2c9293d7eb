// Rows of several frames, one after another.
import { MillraceError } from '../core/errors.js'
import { oneOf, readOptions } from '../core/options.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { commonType } from '../plan/expression/common-type.js'
import { expression } from '../plan/expression/expression.js'
import { literal } from '../plan/expression/literal.js'
import type { ExprNode } from '../plan/expression/node.js'
import { concatNode } from '../plan/step/concat.js'
import type { PlanNode } from '../plan/step/node.js'
import { projectNode } from '../plan/step/project.js'

export interface ConcatOptions {
  /**
   * `same` (default): all frames must have the same columns, in any order. `union`: all columns of any, null where a frame
   * has none. `intersection`: the columns that all have.
   */
  readonly columns?: 'same' | 'union' | 'intersection'
}

export function concatPlans(plans: readonly PlanNode[], options: unknown): PlanNode {
  const { columns = 'same' } = readOptions<ConcatOptions>(options, 'concat', {
    columns: oneOf('same', 'union', 'intersection'),
  })
  if (plans.length === 1) return plans[0] as PlanNode
  const names = chooseNames(plans, columns)
  const types = new Map(names.map(name => [name, commonDtype(plans, name)]))
  return concatNode(
    plans.map(plan =>
      aligned(
        plan,
        names.map(name => ({ name, expr: columnAs(plan, name, types.get(name) as string) })),
      ),
    ),
  )
}

function chooseNames(
  plans: readonly PlanNode[],
  columns: 'same' | 'union' | 'intersection',
): readonly string[] {
  const [first, ...others] = plans as readonly [PlanNode, ...PlanNode[]]
  if (columns === 'union') return [...new Set(plans.flatMap(({ schema }) => schema.names))]
  if (columns === 'intersection') {
    return first.schema.names.filter(name => others.every(({ schema }) => schema.has(name)))
  }
  others.forEach((plan, i) => {
    const missing = first.schema.names.find(name => !plan.schema.has(name))
    const extra = plan.schema.names.find(name => !first.schema.has(name))
    if (missing === undefined && extra === undefined) return
    const what =
      missing === undefined
        ? `has a column ${JSON.stringify(extra)} that the first has not`
        : `has no column ${JSON.stringify(missing)}`
    throw new MillraceError('ERR_SCHEMA_MISMATCH', `Frame ${i + 2} of concat ${what}`, {
      column: (missing ?? extra) as string,
      hint: "rename or select columns first, or concat with { columns: 'union' } or 'intersection'",
    })
  })
  return first.schema.names
}

function commonDtype(plans: readonly PlanNode[], name: string): string {
  const refs = plans
    .filter(({ schema }) => schema.has(name))
    .map(({ schema }) => columnRef(name, schema.field(name).type))
  return commonType('concat finds no common type of', refs, 'cast one of them first, as in df.cast({ ... })')
}

function columnAs(plan: PlanNode, name: string, dtype: string): ExprNode {
  if (!plan.schema.has(name)) return expression('cast', [literal(null, 'concat')], [dtype])
  const own = columnRef(name, plan.schema.field(name).type)
  return own.type.dtype === dtype ? own : expression('cast', [own], [dtype])
}

function aligned(plan: PlanNode, columns: readonly { name: string; expr: ExprNode }[]): PlanNode {
  const { names } = plan.schema
  const same =
    names.length === columns.length &&
    columns.every(({ name, expr }, i) => names[i] === name && expr.op === 'col')
  return same ? plan : projectNode(plan, columns)
}
