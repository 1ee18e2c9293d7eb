// Queries with JavaScript functions in them, in turns: the engine streams the rows that a function reads and writes each
// batch to shared memory, workers call the function there, and the rest of the plan scans what it gave where they put it.
// This thread only passes on who works where: nothing it does takes longer for more rows.
import { onAbort } from '../core/abort.js'
import {
  type ColumnsCall,
  type ColumnsResult,
  columnFunctions,
  type ReturnedField,
} from '../core/column-functions.js'
import type { DType } from '../core/dtypes.js'
import { MillraceError } from '../core/errors.js'
import { currentExecutor, type HeldBatch, type QueryResult, type StreamingQuery } from '../core/executor.js'
import { type FrameHandle, native } from '../native.js'
import { replaceNode } from '../plan/replace-node.js'
import type { RunSettings, serializePlan } from '../plan/serialize.js'
import type { MapBatchesNode } from '../plan/step/map-batches.js'
import { memoryScanNode } from '../plan/step/memory-scan.js'
import { type PlanNode, planOrder } from '../plan/step/node.js'
import { sliceNode } from '../plan/step/slice.js'
import { BatchMemory } from './batch-memory.js'
import { bytesOfFunctions, checkMemory, FunctionRows } from './function-rows.js'
import { localExecutor } from './local-executor.js'
import { Passed } from './passed-error.js'
import { groupSizes, groupsUpTo, sortedBy, startsOf } from './row-groups.js'

/** What starts the engine's part of a query. */
export interface FunctionRun {
  readonly signal: AbortSignal | undefined
  /** Bytes. */
  readonly memoryLimit: number | undefined
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
    const step = new FunctionStep(next, { ...run, heldBytes: bytesOfFunctions(rest) })
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
class FunctionStep {
  readonly #node: MapBatchesNode
  readonly #run: FunctionRun & { readonly heldBytes: number }
  /** All columns of the step; the keys of groups come first. */
  readonly #fields: readonly ReturnedField[]
  readonly #queries = new Set<{ cancel(): void }>()
  readonly #memory = new BatchMemory()
  readonly #rows = new FunctionRows()
  #persistedBytes = 0
  readonly #stop = new AbortController()
  readonly #failure: Promise<never>
  #fail: (error: unknown) => void = () => {}

  constructor(node: MapBatchesNode, run: FunctionRun & { readonly heldBytes: number }) {
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
  async #collect(calls: AsyncGenerator<PendingCall>): Promise<PlanNode> {
    const most = columnFunctions().workers * 2
    const running: Promise<(() => void) | undefined>[] = []
    const take = async () => {
      // The failure first: it wins where both are there.
      const accept = await Promise.race([this.#failure, running.shift() as Promise<(() => void) | undefined>])
      accept?.()
    }
    for (;;) {
      if (running.length >= most) await take()
      const { done, value: call } = await Promise.race([this.#failure, calls.next()])
      if (done) break
      running.push(this.#called(call))
    }
    while (running.length > 0) await take()
    return this.#rows.plan(this.#fields, this.#node.schema)
  }

  async *#callsOfBatches(): AsyncGenerator<PendingCall> {
    const { call, input } = this.#node
    const stream = this.#stream(input, call.size)
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
    const sizes = await this.#result(groupSizes(held, keys))
    const starts = startsOf(sizes.columns[0]?.data as BigInt64Array)
    const sorted = await this.#persisted(sortedBy(held, keys))
    const returns = this.#fields.slice(keys.length)
    let from = 0
    for (let index = 0; from < starts.length - 1; index++) {
      const to = groupsUpTo(starts, from, call.size)
      const first = starts[from] as number
      const rows = (starts[to] as number) - first
      const stream = this.#stream(sliceNode(sorted, first, rows), rows)
      const batch = await stream.nextHeld()
      this.#queries.delete(stream)
      if (!batch) return
      yield { batch, call: { rows, index, returns, groups: { starts, from, to, keys } } }
      from = to
    }
  }

  #stream(plan: PlanNode, batchRows: number): StreamingQuery {
    const stream = currentExecutor(localExecutor).stream(
      this.#run.request(plan, { mode: 'stream', batchRows }),
    )
    this.#queries.add(stream)
    return stream
  }

  async #persisted(plan: PlanNode): Promise<PlanNode> {
    const { handle, rows } = await this.#result(plan, { mode: 'persist' })
    this.#persistedBytes += native().frameInfo(handle as FrameHandle).bytes
    this.#checkMemory()
    return memoryScanNode(handle, plan.schema, rows)
  }

  async #result(plan: PlanNode, settings: RunSettings = {}): Promise<QueryResult> {
    const query = currentExecutor(localExecutor).run(this.#run.request(plan, settings), false)
    this.#queries.add(query)
    const result = await query.result
    this.#queries.delete(query)
    return result
  }

  /** What takes the rows of one call. Whatever goes wrong fails the step at once. */
  async #called({ batch, call }: PendingCall): Promise<(() => void) | undefined> {
    try {
      const { prepared, timeout } = this.#node.call
      const signal = this.#stop.signal
      const memory = this.#memory.take(batch.bytes)
      this.#checkMemory()
      const columns = await batch.write(memory)
      const result = await columnFunctions().call(prepared, { ...call, columns }, { timeout, signal })
      return () => this.#accept(result, call, memory)
    } catch (error) {
      this.#fail(new Passed(withPlace(error, call, this.#verb)))
      return undefined
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
    if (result.keepsInput) this.#memory.forget(memory)
    else this.#memory.give(memory)
    this.#rows.add(result.rows, result.columns, result.keepsInput ? memory.byteLength : 0)
    this.#checkMemory()
  }

  #checkMemory(): void {
    const { memoryLimit, heldBytes } = this.#run
    const bytes = heldBytes + this.#persistedBytes + this.#memory.bytes + this.#rows.bytes
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
