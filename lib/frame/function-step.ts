import {
  type ColumnsCall,
  type ColumnsResult,
  columnFunctions,
  type ReturnedField,
  type ReturnProblem,
} from '../core/column-functions.js'
import type { DType } from '../core/dtypes.js'
import { MillraceError } from '../core/errors.js'
import type { HeldBatch, StreamingQuery } from '../core/executor.js'
import { type FeedHandle, type FrameHandle, native } from '../native.js'
import { type FedScanNode, fedScanNode } from '../plan/step/fed-scan.js'
import type { MapBatchesNode } from '../plan/step/map-batches.js'
import { type MemoryScanNode, memoryScanNode } from '../plan/step/memory-scan.js'
import type { PlanNode } from '../plan/step/node.js'
import { sliceNode } from '../plan/step/slice.js'
import type { BatchMemory } from './batch-memory.js'
import { BatchRoom } from './batch-room.js'
import { BatchStep, type StepRun } from './batch-step.js'
import { checkBatch, checkMemory, FunctionRows, lentColumns } from './function-rows.js'
import { Passed } from './passed-error.js'
import { groupSizes, runsOfGroups, sortedBy } from './row-groups.js'

type UnsentCall = Omit<ColumnsCall, 'columns'>

/** A call whose columns are still in the engine. */
interface PendingCall {
  readonly batch: HeldBatch
  readonly call: UnsentCall
}

type GoodResult = Exclude<ColumnsResult, { problem: ReturnProblem }>

/** What a call gave, and the memory that its batch was in. */
type MadeRows = GoodResult & { readonly memory: SharedArrayBuffer }

const groupsATime = 65_536

/** One function over one stream of batches. */
export class FunctionStep extends BatchStep<PendingCall> {
  readonly #node: MapBatchesNode
  /** All columns of the step; the keys of groups come first. */
  readonly #fields: readonly ReturnedField[]
  readonly #rows = new FunctionRows()
  readonly #room: BatchRoom
  #sorted: Promise<MemoryScanNode> | undefined
  #persistedBytes = 0
  #upstream: StreamingQuery | undefined
  /** Whether somebody still reads what is fed. */
  #wanted = true

  constructor(node: MapBatchesNode, run: StepRun) {
    super(run, columnFunctions().workers)
    this.#node = node
    this.#fields = node.schema.fields.map(({ name, type: { dtype, nullable } }) => ({
      name,
      dtype: dtype as DType,
      nullable,
    }))
    this.#room = new BatchRoom(this.mostCalls, run.memoryLimit)
  }

  /** A scan of the rows, which come while it is read. From here on the step is at work, until its query is over. */
  async fed(): Promise<FedScanNode> {
    const { call, schema } = this.#node
    const types = new Map(call.keys && (await this.#typesOfKeys(call.keys)))
    const fields = this.#fields.map(({ name, dtype, nullable }) => ({
      name,
      type: types.get(name) ?? dtype,
      nullable,
    }))
    const feed = native().feedCreate(fields)
    void this.#feed(feed)
    return fedScanNode(feed, this.#node, schema)
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
    this.#upstream = stream
    try {
      for (let index = 0; ; index++) {
        const batch = await stream.nextHeld()
        if (!batch) return
        yield { batch, call: { rows: batch.rows, index, returns: this.#fields } }
      }
    } finally {
      stream.cancel()
      this.done(stream)
    }
  }

  /** The rows sorted by key stay in the engine; each call gets as many groups as make up a batch. */
  async *#callsOfGroups(keys: readonly string[]): AsyncGenerator<PendingCall> {
    const { size } = this.#node.call
    const sorted = await this.#grouped(keys)
    const sizes = this.stream(groupSizes(sorted, keys), groupsATime)
    this.#upstream = sizes
    const returns = this.#fields.slice(keys.length)
    let [index, from] = [0, 0]
    try {
      for await (const { starts, first, rows } of runsOfGroups(sizes, size)) {
        const stream = this.stream(sliceNode(sorted, first, rows), rows)
        const batch = await stream.nextHeld()
        this.done(stream)
        if (!batch) return
        yield { batch, call: { rows, index: index++, returns, groups: { starts, from, keys } } }
        from += starts.length - 1
      }
    } finally {
      sizes.cancel()
      this.done(sizes)
      native().frameRelease(sorted.handle as FrameHandle)
    }
  }

  #grouped(keys: readonly string[]): Promise<MemoryScanNode> {
    this.#sorted ??= this.#persisted(sortedBy(this.#node.input, keys))
    return this.#sorted
  }

  /** An inferred int64 key that held decimals after all is float64 by now. */
  async #typesOfKeys(keys: readonly string[]): Promise<[string, string][]> {
    const { handle } = await this.#grouped(keys)
    const { schema } = native().frameInfo(handle as FrameHandle)
    return schema.filter(({ name }) => keys.includes(name)).map(({ name, type }) => [name, type])
  }

  async #persisted(plan: PlanNode): Promise<MemoryScanNode> {
    const { handle, rows } = await this.result(plan, { mode: 'persist' })
    const { memoryBytes, bytes } = native().frameInfo(handle as FrameHandle)
    this.#persistedBytes += memoryBytes ?? bytes
    this.#checkMemory()
    return memoryScanNode(handle, plan.schema, rows)
  }

  protected override async called(pending: PendingCall): Promise<() => void> {
    const { rows, columns, keepsInput, bytes, memory } = await this.#made(pending, this.memory)
    return () => {
      if (keepsInput) this.memory.forget(memory)
      else this.memory.give(memory)
      this.#rows.add(rows, columns, bytes + (keepsInput ? memory.byteLength : 0))
      this.#checkMemory()
    }
  }

  /** Never rejects: what goes wrong fails the query. */
  async #feed(feed: FeedHandle): Promise<void> {
    let before: Promise<void> = Promise.resolve()
    try {
      for await (const pending of this.calls()) {
        await this.#room.enter(pending.batch.bytes)
        if (!this.#wanted || this.signal.aborted) return
        before = this.#passOn(pending, before, feed)
      }
      await before
      if (!this.signal.aborted) native().feedEnd(feed)
    } catch (error) {
      if (this.#wanted) this.run.steps.fail(error)
    }
  }

  /** Resolves when the rows of the call are on their way, behind those of the call before. Never rejects. */
  async #passOn(pending: PendingCall, before: Promise<void>, feed: FeedHandle): Promise<void> {
    const room = this.#room
    try {
      const into = room.takeForResult()
      const made = await this.#made(pending, room.batches, into)
      const { rows, columns, keepsInput, usesInto, bytes, ownBytes, memory } = made
      room.gave(bytes, ownBytes)
      this.#checkRoom(bytes + memory.byteLength)
      if (!keepsInput) room.batches.give(memory)
      if (into && !usesInto) room.results.give(into)
      await before
      if (this.signal.aborted) return room.leave(ownBytes)
      const read = rows > 0 ? native().feedPush(feed, lentColumns(columns)) : Promise.resolve(true)
      void read.then(more => {
        if (keepsInput) room.batches.give(memory)
        if (into && usesInto) room.results.give(into)
        room.leave(ownBytes)
        if (!more) this.#endUpstream()
      })
    } catch (error) {
      this.run.steps.fail(error)
      room.leave(0)
    }
  }

  /** Nobody reads any more, though the query goes on. */
  #endUpstream(): void {
    this.#wanted = false
    this.#upstream?.cancel()
  }

  async #made(
    { batch, call }: PendingCall,
    batches: BatchMemory,
    into?: SharedArrayBuffer,
  ): Promise<MadeRows> {
    try {
      const { prepared, timeout } = this.#node.call
      const memory = batches.take(batch.bytes)
      this.#checkMemory()
      const columns = await batch.write(memory)
      const limits = { timeout, signal: this.signal }
      const result = await columnFunctions().call(prepared, { ...call, columns, into }, limits)
      return { ...this.#checked(result, call), memory }
    } catch (error) {
      // What follows from another failure, or from an abort, has no place of its own.
      throw new Passed(this.signal.aborted ? error : withPlace(error, call, this.#verb))
    }
  }

  #checked(result: ColumnsResult, { index }: UnsentCall): GoodResult {
    if (!result.problem) return result
    const { code, message, hint, column } = result.problem
    throw new MillraceError(code, `${this.#verb}, batch ${index}: ${message}`, { hint, column })
  }

  get #verb(): string {
    return this.#node.call.keys ? 'apply' : 'mapBatches'
  }

  #checkMemory(): void {
    const { memoryLimit, heldBytes } = this.run
    const bytes =
      heldBytes + this.#persistedBytes + this.memory.bytes + this.#room.batches.bytes + this.#rows.bytes
    checkMemory(bytes, memoryLimit, this.#verb)
  }

  /** `bytes` of one batch and of what came of it. */
  #checkRoom(bytes: number): void {
    const { memoryLimit, wholeLimit, heldBytes } = this.run
    checkBatch(bytes, memoryLimit, this.#verb)
    checkMemory(heldBytes + this.#persistedBytes + this.#room.bytes, wholeLimit, this.#verb)
  }
}

/** An error of the user's function, or of its worker, stays what it is; it only learns where it happened. */
function withPlace(error: unknown, { index, rows, groups }: UnsentCall, verb: string): unknown {
  if (error instanceof Error && !('hint' in error) && Object.isExtensible(error)) {
    const place = groups
      ? `one of groups ${groups.from} to ${groups.from + groups.starts.length - 2}`
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
