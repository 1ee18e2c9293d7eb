// Queries with JavaScript functions in them, in turns: the engine streams the rows that a function reads, workers call it,
// and what it gave goes back into the engine as rows in memory that the rest of the plan scans.
import { onAbort } from '../core/abort.js'
import {
  type ColumnsCall,
  type ColumnsResult,
  columnFunctions,
  type ReturnedField,
} from '../core/column-functions.js'
import type { DType } from '../core/dtypes.js'
import { MillraceError } from '../core/errors.js'
import { currentExecutor, type QueryResult } from '../core/executor.js'
import { type NativeColumnInput, native } from '../native.js'
import { replaceNode } from '../plan/replace-node.js'
import type { RunSettings, serializePlan } from '../plan/serialize.js'
import { concatNode } from '../plan/step/concat.js'
import type { MapBatchesNode } from '../plan/step/map-batches.js'
import { memoryScanNode } from '../plan/step/memory-scan.js'
import { type PlanNode, planOrder } from '../plan/step/node.js'
import { localExecutor } from './local-executor.js'
import { Passed } from './passed-error.js'
import { emptyColumn, sharedColumn } from './shared-column.js'

/** What starts the engine's part of a query. */
export interface FunctionRun {
  readonly signal: AbortSignal | undefined
  request(plan: PlanNode, settings: RunSettings): ReturnType<typeof serializePlan>
}

const isFunction = (node: PlanNode): node is MapBatchesNode => node.kind === 'mapBatches'

export const hasFunctions = (plan: PlanNode): boolean => planOrder(plan).some(isFunction)

/** The plan with the rows of its functions in their place: what they read has been run, and they have been called. */
export async function runFunctions(plan: PlanNode, run: FunctionRun): Promise<PlanNode> {
  let rest = plan
  for (;;) {
    // Inputs come before those who read them, so what this one reads is the engine's alone.
    const next = planOrder(rest).find(isFunction)
    if (!next) return rest
    rest = replaceNode(rest, next, await new FunctionStep(next, run).rows())
  }
}

/** One function over one stream of batches. */
class FunctionStep {
  readonly #node: MapBatchesNode
  readonly #run: FunctionRun
  readonly #returns: readonly ReturnedField[]
  readonly #stop = new AbortController()
  readonly #failure: Promise<never>
  #fail: (error: unknown) => void = () => {}

  constructor(node: MapBatchesNode, run: FunctionRun) {
    this.#node = node
    this.#run = run
    this.#returns = node.schema.fields.map(({ name, type: { dtype, nullable } }) => ({
      name,
      dtype: dtype as DType,
      nullable,
    }))
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#failure.catch(() => {})
  }

  async rows(): Promise<PlanNode> {
    const { call, input } = this.#node
    const request = this.#run.request(input, { mode: 'stream', batchRows: call.size })
    const stream = currentExecutor(localExecutor).stream(request)
    const { signal } = this.#run
    const forget = onAbort(signal, () => this.#fail(new Passed(signal?.reason)))
    try {
      return await this.#collect(() => stream.next())
    } catch (error) {
      stream.cancel()
      this.#stop.abort(error instanceof Passed ? error.reason : error)
      throw error
    } finally {
      forget()
    }
  }

  /** Calls the function for every batch, a few at a time: the stream waits while the workers are behind. */
  async #collect(next: () => Promise<QueryResult | null>): Promise<PlanNode> {
    const most = columnFunctions().workers * 2
    const parts: PlanNode[] = []
    const running: Promise<PlanNode | undefined>[] = []
    const take = async () => {
      const part = await Promise.race([running.shift() as Promise<PlanNode | undefined>, this.#failure])
      if (part) parts.push(part)
    }
    for (let index = 0; ; index++) {
      if (running.length >= most) await take()
      const batch = await Promise.race([next(), this.#failure])
      if (!batch) break
      running.push(this.#called(this.#callOf(batch, index)))
    }
    while (running.length > 0) await take()
    const [only] = parts
    if (!only) return this.#frame(0, this.#returns.map(emptyColumn))
    return parts.length === 1 ? only : concatNode(parts)
  }

  #callOf(batch: QueryResult, index: number): ColumnsCall {
    return { columns: batch.columns.map(sharedColumn), rows: batch.rows, index, returns: this.#returns }
  }

  /** The rows of one call; undefined for none. Whatever goes wrong fails the step at once. */
  async #called(call: ColumnsCall): Promise<PlanNode | undefined> {
    try {
      const { prepared, timeout } = this.#node.call
      const signal = this.#stop.signal
      const result = await columnFunctions().call(prepared, call, { timeout, signal })
      return this.#accept(result, call)
    } catch (error) {
      this.#fail(new Passed(withPlace(error, call)))
      return undefined
    }
  }

  #accept(result: ColumnsResult, { index }: ColumnsCall): PlanNode | undefined {
    if (result.problem) {
      const { code, message, hint, column } = result.problem
      throw new MillraceError(code, `mapBatches, batch ${index}: ${message}`, { hint, column })
    }
    if (result.rows === 0) return undefined
    return this.#frame(result.rows, result.columns as readonly NativeColumnInput[])
  }

  #frame(rows: number, columns: readonly NativeColumnInput[]): PlanNode {
    return memoryScanNode(native().frameCreate([...columns]), this.#node.schema, rows)
  }
}

/** An error of the user's function, or of its worker, stays what it is; it only learns where it happened. */
function withPlace(error: unknown, { index, rows }: ColumnsCall): unknown {
  if (error instanceof Error && !('hint' in error) && Object.isExtensible(error)) {
    Object.defineProperty(error, 'hint', {
      value: `the function given to mapBatches failed in batch ${index}, of ${rows} rows`,
      configurable: true,
      enumerable: true,
      writable: true,
    })
  }
  return error
}
