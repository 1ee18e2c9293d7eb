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
import { groupSizes, groupsUpTo, sortedBy, startsOf } from './row-groups.js'
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
  /** All columns of the step; the keys of groups come first. */
  readonly #fields: readonly ReturnedField[]
  readonly #queries: { cancel(): void }[] = []
  readonly #stop = new AbortController()
  readonly #failure: Promise<never>
  #fail: (error: unknown) => void = () => {}

  constructor(node: MapBatchesNode, run: FunctionRun) {
    this.#node = node
    this.#run = run
    this.#fields = node.schema.fields.map(({ name, type: { dtype, nullable } }) => ({
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
    const { signal } = this.#run
    if (signal?.aborted) throw new Passed(signal.reason)
    const forget = onAbort(signal, () => this.#fail(new Passed(signal?.reason)))
    const { keys } = this.#node.call
    const calls = keys ? this.#callsOfGroups(keys) : this.#callsOfBatches()
    try {
      return await this.#collect(calls)
    } catch (error) {
      for (const query of this.#queries) query.cancel()
      this.#stop.abort(error instanceof Passed ? error.reason : error)
      throw error
    } finally {
      forget()
    }
  }

  /** Calls the function for every batch, a few at a time: the stream waits while the workers are behind. */
  async #collect(calls: AsyncGenerator<ColumnsCall>): Promise<PlanNode> {
    const most = columnFunctions().workers * 2
    const parts: PlanNode[] = []
    const running: Promise<PlanNode | undefined>[] = []
    const take = async () => {
      // The failure first: it wins where both are there.
      const part = await Promise.race([this.#failure, running.shift() as Promise<PlanNode | undefined>])
      if (part) parts.push(part)
    }
    for (;;) {
      if (running.length >= most) await take()
      const { done, value: call } = await Promise.race([this.#failure, calls.next()])
      if (done) break
      running.push(this.#called(call))
    }
    while (running.length > 0) await take()
    const [only] = parts
    if (!only) return this.#frame(0, this.#fields.map(emptyColumn))
    return parts.length === 1 ? only : concatNode(parts)
  }

  async *#callsOfBatches(): AsyncGenerator<ColumnsCall> {
    const { call, input } = this.#node
    const request = this.#run.request(input, { mode: 'stream', batchRows: call.size })
    const stream = currentExecutor(localExecutor).stream(request)
    this.#queries.push(stream)
    for (let index = 0; ; index++) {
      const batch = await stream.next()
      if (!batch) return
      yield { columns: batch.columns.map(sharedColumn), rows: batch.rows, index, returns: this.#fields }
    }
  }

  /** All rows in shared memory once, sorted by key; each call is of as many groups as make up a batch. */
  async *#callsOfGroups(keys: readonly string[]): AsyncGenerator<ColumnsCall> {
    const { input, call } = this.#node
    const { handle, rows } = await this.#result(input, { mode: 'persist' })
    const held = memoryScanNode(handle, input.schema, rows)
    const sizes = await this.#result(groupSizes(held, keys))
    const starts = startsOf(sizes.columns[0]?.data as BigInt64Array)
    const sorted = await this.#result(sortedBy(held, keys))
    const columns = sorted.columns.map(sharedColumn)
    const returns = this.#fields.slice(keys.length)
    let from = 0
    for (let index = 0; from < starts.length - 1; index++) {
      const to = groupsUpTo(starts, from, call.size)
      yield { columns, rows, index, returns, groups: { starts, from, to, keys } }
      from = to
    }
  }

  #result(plan: PlanNode, settings: RunSettings = {}): Promise<QueryResult> {
    const query = currentExecutor(localExecutor).run(this.#run.request(plan, settings), false)
    this.#queries.push(query)
    return query.result
  }

  /** The rows of one call; undefined for none. Whatever goes wrong fails the step at once. */
  async #called(call: ColumnsCall): Promise<PlanNode | undefined> {
    try {
      const { prepared, timeout } = this.#node.call
      const signal = this.#stop.signal
      const result = await columnFunctions().call(prepared, call, { timeout, signal })
      return this.#accept(result, call)
    } catch (error) {
      this.#fail(new Passed(withPlace(error, call, this.#verb)))
      return undefined
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
