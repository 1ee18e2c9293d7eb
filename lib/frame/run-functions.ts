// Queries with JavaScript functions in them, in turns: the engine streams the rows that a function reads and writes each
// batch to shared memory, workers call the function there, and the rest of the plan scans what it gave where they put it.
// This thread only passes on who works where: nothing it does takes longer for more rows.
import {
  type ColumnsCall,
  type ColumnsResult,
  columnFunctions,
  type ReturnedField,
} from '../core/column-functions.js'
import type { DType } from '../core/dtypes.js'
import { MillraceError } from '../core/errors.js'
import type { HeldBatch } from '../core/executor.js'
import { type FrameHandle, native } from '../native.js'
import { holdsPattern } from '../plan/optimizer/hoist-patterns.js'
import { optimize } from '../plan/optimizer/optimize.js'
import { replaceNode } from '../plan/replace-node.js'
import { type MapBatchesNode, mapBatchesNode } from '../plan/step/map-batches.js'
import { memoryScanNode } from '../plan/step/memory-scan.js'
import { type PlanNode, planOrder } from '../plan/step/node.js'
import { sliceNode } from '../plan/step/slice.js'
import { BatchStep, type FunctionRun, type StepRun } from './batch-step.js'
import { bytesOfFunctions, checkMemory, FunctionRows } from './function-rows.js'
import { groupSizes, groupsUpTo, sortedBy, startsOf } from './row-groups.js'
import { PatternStep } from './run-patterns.js'

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
    const node = input === next.input ? next : mapBatchesNode(input, next.call, next.schema)
    if (node !== next) rest = replaceNode(rest, next, node)
    const step = new FunctionStep(node, { ...run, heldBytes: bytesOfFunctions(rest) })
    rest = replaceNode(rest, node, await step.rows())
  }
}

/** The same for patterns, which the optimizer makes steps of. Precondition: no functions. */
async function runPatterns(plan: PlanNode, run: FunctionRun): Promise<PlanNode> {
  if (!hasFunctions(plan)) return plan
  let rest = optimize(plan)
  for (;;) {
    const next = planOrder(rest).find(node => node.kind === 'patterns')
    if (!next) return rest
    const step = new PatternStep(next, { ...run, heldBytes: bytesOfFunctions(rest) })
    rest = replaceNode(rest, next, await step.rows())
  }
}

type UnsentCall = Omit<ColumnsCall, 'columns'>

/** A call whose columns are still in the engine. */
interface PendingCall {
  readonly batch: HeldBatch
  readonly call: UnsentCall
}

/** One function over one stream of batches. */
class FunctionStep extends BatchStep<PendingCall> {
  readonly #node: MapBatchesNode
  /** All columns of the step; the keys of groups come first. */
  readonly #fields: readonly ReturnedField[]
  readonly #rows = new FunctionRows()
  #persistedBytes = 0

  constructor(node: MapBatchesNode, run: StepRun) {
    super(run, columnFunctions().workers)
    this.#node = node
    this.#fields = node.schema.fields.map(({ name, type: { dtype, nullable } }) => ({
      name,
      dtype: dtype as DType,
      nullable,
    }))
  }

  protected override calls(): AsyncGenerator<PendingCall> {
    const { keys } = this.#node.call
    return keys ? this.#callsOfGroups(keys) : this.#callsOfBatches()
  }

  protected override plan(): PlanNode {
    return this.#rows.plan(this.#fields, this.#node.schema)
  }

  async *#callsOfBatches(): AsyncGenerator<PendingCall> {
    const { call, input } = this.#node
    const stream = this.stream(input, call.size)
    for (let index = 0; ; index++) {
      const batch = await stream.nextHeld()
      if (!batch) return
      yield { batch, call: { rows: batch.rows, index, returns: this.#fields } }
    }
  }

  /** The rows sorted by key stay in the engine; each call gets as many groups as make up a batch. */
  async *#callsOfGroups(keys: readonly string[]): AsyncGenerator<PendingCall> {
    const { input, call } = this.#node
    const held = await this.#persisted(input)
    const sizes = await this.result(groupSizes(held, keys))
    const starts = startsOf(sizes.columns[0]?.data as BigInt64Array)
    const sorted = await this.#persisted(sortedBy(held, keys))
    const returns = this.#fields.slice(keys.length)
    let from = 0
    for (let index = 0; from < starts.length - 1; index++) {
      const to = groupsUpTo(starts, from, call.size)
      const first = starts[from] as number
      const rows = (starts[to] as number) - first
      const stream = this.stream(sliceNode(sorted, first, rows), rows)
      const batch = await stream.nextHeld()
      this.done(stream)
      if (!batch) return
      yield { batch, call: { rows, index, returns, groups: { starts, from, to, keys } } }
      from = to
    }
  }

  async #persisted(plan: PlanNode): Promise<PlanNode> {
    const { handle, rows } = await this.result(plan, { mode: 'persist' })
    this.#persistedBytes += native().frameInfo(handle as FrameHandle).bytes
    this.#checkMemory()
    return memoryScanNode(handle, plan.schema, rows)
  }

  protected override async called({ batch, call }: PendingCall): Promise<() => void> {
    try {
      const { prepared, timeout } = this.#node.call
      const memory = this.memory.take(batch.bytes)
      this.#checkMemory()
      const columns = await batch.write(memory)
      const limits = { timeout, signal: this.signal }
      const result = await columnFunctions().call(prepared, { ...call, columns }, limits)
      return () => this.#accept(result, call, memory)
    } catch (error) {
      throw withPlace(error, call, this.#verb)
    }
  }

  get #verb(): string {
    return this.#node.call.keys ? 'apply' : 'mapBatches'
  }

  #accept(result: ColumnsResult, { index }: UnsentCall, memory: SharedArrayBuffer): void {
    if (result.problem) {
      const { code, message, hint, column } = result.problem
      throw new MillraceError(code, `${this.#verb}, batch ${index}: ${message}`, { hint, column })
    }
    if (result.keepsInput) this.memory.forget(memory)
    else this.memory.give(memory)
    this.#rows.add(result.rows, result.columns, result.keepsInput ? memory.byteLength : 0)
    this.#checkMemory()
  }

  #checkMemory(): void {
    const { memoryLimit, heldBytes } = this.run
    const bytes = heldBytes + this.#persistedBytes + this.memory.bytes + this.#rows.bytes
    checkMemory(bytes, memoryLimit, this.#verb)
  }
}

/** An error of the user's function, or of its worker, stays what it is; it only learns where it happened. */
function withPlace(error: unknown, { index, rows, groups }: UnsentCall, verb: string): unknown {
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
