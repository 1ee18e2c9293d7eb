// Queries with JavaScript functions in them, in turns: the engine streams the rows that a function reads, workers call it,
// and what it gave goes back into the engine as rows in memory that the rest of the plan scans.
import {
  type ColumnsCall,
  type ColumnsResult,
  columnFunctions,
  type ReturnedField,
} from '../core/column-functions.js'
import type { DType } from '../core/dtypes.js'
import { MillraceError } from '../core/errors.js'
import { type NativeColumnInput, native } from '../native.js'
import { holdsPattern } from '../plan/optimizer/hoist-patterns.js'
import { optimize } from '../plan/optimizer/optimize.js'
import { replaceNode } from '../plan/replace-node.js'
import { type MapBatchesNode, mapBatchesNode } from '../plan/step/map-batches.js'
import { memoryScanNode } from '../plan/step/memory-scan.js'
import { type PlanNode, planOrder } from '../plan/step/node.js'
import { BatchStep, type FunctionRun } from './batch-step.js'
import { groupSizes, groupsUpTo, sortedBy, startsOf } from './row-groups.js'
import { PatternStep } from './run-patterns.js'
import { emptyColumn, sharedColumn } from './shared-column.js'

const isFunction = (node: PlanNode): node is MapBatchesNode => node.kind === 'mapBatches'

/** Whether something in the plan is not for the engine. */
export const hasFunctions = (plan: PlanNode): boolean =>
  planOrder(plan).some(node => isFunction(node) || node.kind === 'patterns' || holdsPattern(node))

/** The plan with the rows of its functions in their place: what they read has been run, and they have been called. */
export async function runFunctions(plan: PlanNode, run: FunctionRun): Promise<PlanNode> {
  let rest = plan
  for (;;) {
    // Inputs come before those who read them, so what this one reads has no other function in it.
    const next = planOrder(rest).find(isFunction)
    if (!next) return runPatterns(rest, run)
    const input = await runPatterns(next.input, run)
    const step = input === next.input ? next : mapBatchesNode(input, next.call, next.schema)
    rest = replaceNode(rest, next, await new FunctionStep(step, run).rows())
  }
}

/** The same for patterns, which the optimizer makes steps of. Precondition: no functions. */
async function runPatterns(plan: PlanNode, run: FunctionRun): Promise<PlanNode> {
  if (!hasFunctions(plan)) return plan
  let rest = optimize(plan)
  for (;;) {
    const next = planOrder(rest).find(node => node.kind === 'patterns')
    if (!next) return rest
    rest = replaceNode(rest, next, await new PatternStep(next, run).rows())
  }
}

/** One function over one stream of batches. */
class FunctionStep extends BatchStep<ColumnsCall> {
  readonly #node: MapBatchesNode
  /** All columns of the step; the keys of groups come first. */
  readonly #fields: readonly ReturnedField[]

  constructor(node: MapBatchesNode, run: FunctionRun) {
    super(run, columnFunctions().workers)
    this.#node = node
    this.#fields = node.schema.fields.map(({ name, type: { dtype, nullable } }) => ({
      name,
      dtype: dtype as DType,
      nullable,
    }))
  }

  protected override calls(): AsyncGenerator<ColumnsCall> {
    const { keys } = this.#node.call
    return keys ? this.#callsOfGroups(keys) : this.#callsOfBatches()
  }

  protected override none(): PlanNode {
    return this.#frame(0, this.#fields.map(emptyColumn))
  }

  async *#callsOfBatches(): AsyncGenerator<ColumnsCall> {
    const { call, input } = this.#node
    let index = 0
    for await (const batch of this.batches(input, call.size))
      yield {
        columns: batch.columns.map(sharedColumn),
        rows: batch.rows,
        index: index++,
        returns: this.#fields,
      }
  }

  /** All rows in shared memory once, sorted by key; each call is of as many groups as make up a batch. */
  async *#callsOfGroups(keys: readonly string[]): AsyncGenerator<ColumnsCall> {
    const { input, call } = this.#node
    const { handle, rows } = await this.result(input, { mode: 'persist' })
    const held = memoryScanNode(handle, input.schema, rows)
    const sizes = await this.result(groupSizes(held, keys))
    const starts = startsOf(sizes.columns[0]?.data as BigInt64Array)
    const sorted = await this.result(sortedBy(held, keys))
    const columns = sorted.columns.map(sharedColumn)
    const returns = this.#fields.slice(keys.length)
    let from = 0
    for (let index = 0; from < starts.length - 1; index++) {
      const to = groupsUpTo(starts, from, call.size)
      yield { columns, rows, index, returns, groups: { starts, from, to, keys } }
      from = to
    }
  }

  /** The rows of one call; undefined for none. */
  protected override async partOf(call: ColumnsCall): Promise<PlanNode | undefined> {
    try {
      const { prepared, timeout } = this.#node.call
      const result = await columnFunctions().call(prepared, call, { timeout, signal: this.signal })
      return this.#accept(result, call)
    } catch (error) {
      throw withPlace(error, call, this.#verb)
    }
  }

  get #verb(): string {
    return this.#node.call.keys ? 'apply' : 'mapBatches'
  }

  #accept(result: ColumnsResult, { index }: ColumnsCall): PlanNode | undefined {
    if (result.problem) {
      const { code, message, hint, column } = result.problem
      throw new MillraceError(code, `${this.#verb}, batch ${index}: ${message}`, { hint, column })
    }
    if (result.rows === 0) return undefined
    return this.#frame(result.rows, result.columns as readonly NativeColumnInput[])
  }

  #frame(rows: number, columns: readonly NativeColumnInput[]): PlanNode {
    return memoryScanNode(native().frameCreate([...columns]), this.#node.schema, rows)
  }
}

/** An error of the user's function, or of its worker, stays what it is; it only learns where it happened. */
function withPlace(error: unknown, { index, rows, groups }: ColumnsCall, verb: string): unknown {
  if (error instanceof Error && !('hint' in error) && Object.isExtensible(error)) {
    const place = groups
      ? `one of groups ${groups.from} to ${groups.to - 1}`
      : `batch ${index}, of ${rows} rows`
    Object.defineProperty(error, 'hint', {
      value: `the function given to ${verb} failed in ${place}`,
      configurable: true,
      enumerable: true,
      writable: true,
    })
  }
  return error
}
