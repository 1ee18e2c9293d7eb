// The run-time side of `GroupBy`; types and documentation are in `group-by-types.ts`.
import { inspect } from 'node:util'
import { MillraceError } from '../core/errors.js'
import { boolean, type OptionReader, oneOf, readOptions } from '../core/options.js'
import type { Schema } from '../core/schema.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { formatName } from '../plan/expression/format.js'
import { type FillGroups, lowerAggregates } from '../plan/lower-aggregates.js'
import type { Grouping, GroupOrder } from '../plan/step/aggregate.js'
import type { PlanNode } from '../plan/step/node.js'
import { aggregatePlan } from './aggregation.js'
import { SchemaClasses } from './column-getters.js'
import { ExpressionBuilder } from './expression/expression-builder.js'
import type { DataFrame } from './frame-methods.js'
import type { GroupByOptions, GroupedColumn } from './group-by-types.js'
import { applyPlan } from './map-batches.js'
import { checkNames } from './projections.js'

type MakeFrame = (plan: PlanNode) => DataFrame

class GroupByBase {
  readonly #plan: PlanNode
  readonly #grouping: Grouping
  readonly #make: MakeFrame
  readonly #fill: FillGroups | undefined

  constructor(plan: PlanNode, grouping: Grouping, make: MakeFrame, fill?: FillGroups) {
    this.#plan = plan
    this.#grouping = grouping
    this.#make = make
    this.#fill = fill
    Object.freeze(this)
  }

  agg(aggregates: unknown): DataFrame {
    return this.#make(aggregatePlan(this.#plan, this.#grouping, aggregates, this.#fill))
  }

  apply(fn: unknown, options?: unknown): DataFrame {
    if (this.#fill) {
      throw new MillraceError('ERR_INVALID_ARGUMENT', 'apply has no rows to give for empty intervals', {
        hint: 'leave fillEmpty out, or aggregate with agg(...)',
      })
    }
    return this.#make(applyPlan(this.#plan, this.#grouping, fn, options))
  }

  col(name: unknown): GroupedColumnBuilder {
    const { schema } = this.#plan
    const field = schema.field(name)
    if (this.#grouping.keys.some(key => key.name === field.name)) {
      throw new MillraceError(
        'ERR_INVALID_ARGUMENT',
        `${JSON.stringify(field.name)} is a key of the groups`,
        {
          column: field.name,
          hint: `its values are in the result already; for more of it use agg(c => ({ n: c.${field.name}.count() }))`,
        },
      )
    }
    return new GroupedColumnBuilder(field.name, schema, expr => {
      const outputs = [{ name: field.name, expr: ExpressionBuilder.nodeOf(expr) }]
      return this.#make(lowerAggregates(this.#plan, this.#grouping, outputs, this.#fill))
    })
  }

  toString(): string {
    return `GroupBy(${this.#grouping.keys.map(key => formatName(key.name)).join(', ')})  call .agg(...) or an aggregate of a column`
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

const classes = new SchemaClasses(GroupByBase, 'a frame', (group, name) => group.col(name))
Object.defineProperty(GroupByBase, 'name', { value: 'GroupBy' })

const sortOption: OptionReader<boolean | 'first'> = oneOf<boolean | 'first'>(true, false, 'first')

export function groupBy(plan: PlanNode, keysAndOptions: readonly unknown[], make: MakeFrame): object {
  const last = keysAndOptions.at(-1)
  const hasOptions = typeof last === 'object' && last !== null && !Array.isArray(last)
  const options = readOptions<GroupByOptions>(hasOptions ? last : undefined, 'groupBy', {
    sort: sortOption,
    dropNulls: boolean,
  })
  const names = checkNames(plan.schema, hasOptions ? keysAndOptions.slice(0, -1) : keysAndOptions, 'groupBy')
  if (names.length === 0) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', 'groupBy needs at least one key', {
      hint: 'to aggregate all rows into one use df.agg(...)',
    })
  }
  const keys = names.map(name => ({ name, expr: columnRef(name, plan.schema.field(name).type) }))
  const order = orderOf(options.sort ?? true)
  return groupsOf(plan, { keys, order, dropNulls: options.dropNulls ?? false }, make)
}

/** The grouped frame, with a property for each column. Throws ERR_DUPLICATE_COLUMN. */
export function groupsOf(plan: PlanNode, grouping: Grouping, make: MakeFrame, fill?: FillGroups): object {
  checkDistinct(grouping.keys.map(key => key.name))
  const SchemaGroupBy = classes.for(plan.schema)
  return new SchemaGroupBy(plan, grouping, make, fill)
}

function checkDistinct(names: readonly string[]): void {
  const repeated = names.find((name, i) => names.indexOf(name) < i)
  if (repeated === undefined) return
  throw new MillraceError('ERR_DUPLICATE_COLUMN', `groupBy names the key ${JSON.stringify(repeated)} twice`, {
    column: repeated,
  })
}

const orderOf = (sort: boolean | 'first'): GroupOrder => (sort === 'first' ? 'first' : sort ? 'key' : 'none')

type Finish = (expr: ExpressionBuilder) => DataFrame

class GroupedColumnBuilder {
  readonly #column: ExpressionBuilder
  readonly #finish: Finish

  constructor(name: string, schema: Schema, finish: Finish) {
    this.#column = new ExpressionBuilder(columnRef(name, schema.field(name).type))
    this.#finish = finish
    Object.freeze(this)
  }

  count() {
    return this.#finish(this.#column.count())
  }
  sum() {
    return this.#finish(this.#column.sum())
  }
  mean() {
    return this.#finish(this.#column.mean())
  }
  min() {
    return this.#finish(this.#column.min())
  }
  max() {
    return this.#finish(this.#column.max())
  }
  std(options?: { ddof?: number }) {
    return this.#finish(this.#column.std(options))
  }
  var(options?: { ddof?: number }) {
    return this.#finish(this.#column.var(options))
  }
  first(options?: { skipNulls?: boolean }) {
    return this.#finish(this.#column.first(options))
  }
  last(options?: { skipNulls?: boolean }) {
    return this.#finish(this.#column.last(options))
  }
  nUnique() {
    return this.#finish(this.#column.nUnique())
  }
  approxNUnique() {
    return this.#finish(this.#column.approxNUnique())
  }
  median() {
    return this.#finish(this.#column.median())
  }
  quantile(q: number) {
    return this.#finish(this.#column.quantile(q))
  }
  any() {
    return this.#finish(this.#column.any())
  }
  all() {
    return this.#finish(this.#column.all())
  }

  toString(): string {
    return `column ${this.#column} of groups  call an aggregate: .mean()`
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

const everyMethodExists: Exclude<keyof GroupedColumn<any, any, any>, keyof GroupedColumnBuilder> extends never
  ? true
  : never = true
void everyMethodExists
