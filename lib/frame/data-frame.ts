// The run-time side of `DataFrame`; types and documentation are in `frame-methods.ts`.
import { type InspectOptions, inspect } from 'node:util'
import { invalidArgument, MillraceError } from '../core/errors.js'
import { integer, text } from '../core/options.js'
import type { Schema } from '../core/schema.js'
import { type FrameHandle, native } from '../native.js'
import { explainPlan } from '../plan/explain.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { expression } from '../plan/expression/expression.js'
import { filterRows } from '../plan/hoist-windows.js'
import { optimize } from '../plan/optimizer/optimize.js'
import { filterNode } from '../plan/step/filter.js'
import { isReleased, markReleased } from '../plan/step/memory-scan.js'
import type { PlanNode } from '../plan/step/node.js'
import { rowIndexNode } from '../plan/step/row-index.js'
import { sliceNode } from '../plan/step/slice.js'
import { tailNode } from '../plan/step/tail.js'
import { aggregatePlan } from './aggregation.js'
import { streamArrow } from './arrow-stream.js'
import { type Batches, streamBatches } from './batches.js'
import { SchemaClasses } from './column-getters.js'
import { columnsObject, defineColumns } from './columns-object.js'
import { concatPlans } from './concat.js'
import { describePlan } from './describe.js'
import { frameSkeleton } from './display/frame-skeleton.js'
import { distinctPlan, valueCountsPlan } from './distinct.js'
import type { Expr } from './expression/expr.js'
import { requireNode, toExpr } from './expression/expression-builder.js'
import type { DataFrame, FrameMethods, FrameProperties } from './frame-methods.js'
import { groupBy } from './group-by.js'
import { groupByTime } from './group-by-time.js'
import { joinPlan, otherPlan } from './join.js'
import { asofPlan } from './join-asof.js'
import { mapBatchesPlan } from './map-batches.js'
import { definePandasNames, pandasNames } from './pandas-names.js'
import {
  castColumns,
  checkNames,
  dropColumns,
  fillNulls,
  isPresent,
  renameColumns,
  selectColumns,
  withColumns,
} from './projections.js'
import { pivotPlan, unpivotPlan } from './reshape.js'
import { slicePlan, topPlan } from './row-range.js'
import { analyzePlan, computeTable, countRows, persistPlan } from './run.js'
import { readExplainOptions } from './run-options.js'
import { samplePlan } from './sample.js'
import type { parametersOf } from './schema-types.js'
import { sortPlan } from './sort-order.js'
import { corrPlan, quantilePlan } from './summary.js'
import type { Table } from './table/table-methods.js'

class FrameBase {
  readonly #plan: PlanNode

  constructor(plan: PlanNode) {
    this.#plan = plan
    Object.freeze(this)
  }

  static planOf(frame: FrameBase): PlanNode {
    return frame.#plan
  }

  static isFrame(value: unknown): value is FrameBase {
    return typeof value === 'object' && value !== null && #plan in value
  }

  get columns(): readonly string[] {
    return this.#plan.schema.names
  }

  get schema(): object {
    return this.#plan.schema.toObject()
  }

  get col(): object {
    return columnAccess(this.#plan.schema)
  }

  filter(predicate: unknown): DataFrame {
    const given = typeof predicate === 'function' ? predicate(columnsObject(this.#plan.schema)) : predicate
    const node = requireNode(given, 'the condition of filter', 'as in df.filter(df.Close.gt(0))')
    return frameOf(filterRows(this.#plan, node))
  }

  select(...columns: unknown[]): DataFrame {
    return frameOf(selectColumns(this.#plan, columns))
  }

  withColumns(columns: unknown): DataFrame {
    return frameOf(withColumns(this.#plan, columns))
  }

  drop(...names: unknown[]): DataFrame {
    return frameOf(dropColumns(this.#plan, names))
  }

  rename(names: unknown): DataFrame {
    return frameOf(renameColumns(this.#plan, names))
  }

  cast(dtypes: unknown): DataFrame {
    return frameOf(castColumns(this.#plan, dtypes))
  }

  head(rows: number = 5): DataFrame {
    return frameOf(sliceNode(this.#plan, 0, integer(0)(rows, 'the rows of head')))
  }

  tail(rows: number = 5): DataFrame {
    return frameOf(tailNode(this.#plan, integer(0)(rows, 'the rows of tail')))
  }

  slice(offset: unknown, rows?: unknown): DataFrame {
    return frameOf(slicePlan(this.#plan, offset, rows))
  }

  sortBy(...keysAndOptions: unknown[]): DataFrame {
    return frameOf(sortPlan(this.#plan, keysAndOptions, 'sortBy'))
  }

  topK(rows: unknown, ...keysAndOptions: unknown[]): DataFrame {
    return frameOf(topPlan(this.#plan, rows, keysAndOptions))
  }

  distinct(...namesAndOptions: unknown[]): DataFrame {
    return frameOf(distinctPlan(this.#plan, namesAndOptions))
  }

  valueCounts(...namesAndOptions: unknown[]): DataFrame {
    return frameOf(valueCountsPlan(this.#plan, namesAndOptions))
  }

  sample(rowsOrOptions?: unknown, options?: unknown): DataFrame {
    return frameOf(samplePlan(this.#plan, rowsOrOptions, options))
  }

  unpivot(options?: unknown): DataFrame {
    return frameOf(unpivotPlan(this.#plan, options))
  }

  pivot(options: unknown): DataFrame {
    return frameOf(pivotPlan(this.#plan, options))
  }

  describe(): DataFrame {
    return frameOf(describePlan(this.#plan))
  }

  quantile(shares: unknown): DataFrame {
    return frameOf(quantilePlan(this.#plan, shares))
  }

  corr(): DataFrame {
    return frameOf(corrPlan(this.#plan))
  }

  withRowIndex(name: unknown = 'index'): DataFrame {
    return frameOf(rowIndexNode(this.#plan, text(name, 'the name of the row index')))
  }

  join(right: unknown, options?: unknown): DataFrame {
    return frameOf(joinPlan(this.#plan, otherPlan(right, 'join', planOf), options))
  }

  joinAsof(right: unknown, options?: unknown): DataFrame {
    return frameOf(asofPlan(this.#plan, otherPlan(right, 'joinAsof', planOf), options))
  }

  concat(...framesAndOptions: unknown[]): DataFrame {
    const last = framesAndOptions.at(-1)
    const hasOptions = framesAndOptions.length > 0 && !FrameBase.isFrame(last) && isPlainObject(last)
    const frames = (hasOptions ? framesAndOptions.slice(0, -1) : framesAndOptions).flat()
    const plans = frames.map(frame => otherPlan(frame, 'concat', planOf))
    return frameOf(concatPlans([this.#plan, ...plans], hasOptions ? last : undefined))
  }

  groupBy(...keysAndOptions: unknown[]): unknown {
    return groupBy(this.#plan, keysAndOptions, frameOf)
  }

  groupByTime(column: unknown, options: unknown): unknown {
    return groupByTime(this.#plan, column, options, frameOf)
  }

  agg(aggregates: unknown): DataFrame {
    return frameOf(aggregatePlan(this.#plan, { keys: [], order: 'none', dropNulls: false }, aggregates))
  }

  mapBatches(fn: unknown, options?: unknown): DataFrame {
    return frameOf(mapBatchesPlan(this.#plan, fn, options))
  }

  fillNull(value: unknown): DataFrame {
    return frameOf(fillNulls(this.#plan, value))
  }

  dropNulls(...names: unknown[]): DataFrame {
    const { schema } = this.#plan
    const nullable = schema.fields.filter(field => field.type.nullable).map(field => field.name)
    const conditions = (names.length > 0 ? checkNames(schema, names, 'dropNulls') : nullable).map(name =>
      isPresent(schema, name),
    )
    if (conditions.length === 0) return frameOf(this.#plan)
    return frameOf(
      filterNode(
        this.#plan,
        conditions.reduce((left, right) => expression('and', [left, right])),
      ),
    )
  }

  compute(options?: unknown): Promise<Table> {
    return computeTable(this.#plan, options, this.compute)
  }

  rowCount(options?: unknown): Promise<number> {
    return countRows(this.#plan, options, this.rowCount)
  }

  batches(options?: unknown): Batches {
    return streamBatches(this.#plan, options, this.batches)
  }

  [Symbol.asyncIterator](): Batches {
    return this.batches()
  }

  toArrow(options?: unknown): AsyncIterableIterator<Uint8Array> {
    return streamArrow(this.#plan, options, this.toArrow)
  }

  async persist(options?: unknown): Promise<DataFrame> {
    return frameOf(await persistPlan(this.#plan, options, this.persist))
  }

  [Symbol.dispose](): void {
    if (this.#plan.kind !== 'memoryScan' || isReleased(this.#plan)) return
    markReleased(this.#plan)
    native().frameRelease(this.#plan.handle as FrameHandle)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]()
  }

  explain(options?: unknown): string | Promise<string> {
    const { optimized, analyze = false, ...run } = readExplainOptions(options)
    if (!analyze) return explainPlan(optimized === false ? this.#plan : optimize(this.#plan))
    if (optimized !== undefined)
      throw invalidArgument(
        'no option optimized beside analyze',
        'explain',
        options,
        'what runs is optimized',
      )
    return analyzePlan(this.#plan, run, this.explain)
  }

  toString(): string {
    return frameSkeleton(this.#plan, {})
  }

  [inspect.custom](depth: number, options: InspectOptions): string {
    return frameSkeleton(this.#plan, { ...options, depth })
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString()
    throw new MillraceError('ERR_EXPR_COERCED', 'A DataFrame has no value until it is computed', {
      hint: 'await df.compute() for a table; operators work on columns through methods: df.Close.gt(0)',
    })
  }

  $assertSchema(): DataFrame {
    return this as unknown as DataFrame
  }
}

definePandasNames(FrameBase.prototype)

const classes = new SchemaClasses(
  FrameBase,
  'a frame',
  (frame, name) => columnOf(FrameBase.planOf(frame).schema, name),
  pandasNames,
)
Object.defineProperty(FrameBase, 'name', { value: 'DataFrame' })

/** The frame of a plan, with a getter for each of its columns. */
export function frameOf<S = any>(plan: PlanNode): DataFrame<S> {
  const SchemaFrame = classes.for(plan.schema)
  return new SchemaFrame(plan) as unknown as DataFrame<S>
}

/** The plan of a frame; undefined when `value` is none. */
export function planOf(value: unknown): PlanNode | undefined {
  return FrameBase.isFrame(value) ? FrameBase.planOf(value) : undefined
}

function columnOf(schema: Schema, name: unknown): Expr<any, 'row'> {
  const field = schema.field(name)
  return toExpr(columnRef(field.name, field.type))
}

const isPlainObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const accessors = new WeakMap<Schema, object>()

// `df.col`: a function with the columns as own properties, which hide what functions have by themselves (`name`, `call`).
function columnAccess(schema: Schema): object {
  const cached = accessors.get(schema)
  if (cached) return cached
  const made = Object.freeze(defineColumns((name: unknown) => columnOf(schema, name), schema))
  accessors.set(schema, made)
  return made
}

const everyMethodExists: Exclude<
  keyof FrameMethods | keyof FrameProperties<any>,
  keyof FrameBase | typeof parametersOf
> extends never
  ? true
  : never = true
void everyMethodExists
