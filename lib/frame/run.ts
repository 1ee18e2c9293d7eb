// From a plan to a result: options, then optimizer, then executor, then a table; with abort and progress on the way.
import { onAbort } from '../core/abort.js'
import { type DType, dataType } from '../core/dtypes.js'
import { type CallSite, callSite, fromNative, MillraceError } from '../core/errors.js'
import { currentExecutor, type QueryResult, type ResultColumn } from '../core/executor.js'
import { Schema } from '../core/schema.js'
import { type FrameHandle, native } from '../native.js'
import { explainAnalyzed } from '../plan/explain-analyzed.js'
import { expression } from '../plan/expression/expression.js'
import { lowerAggregates } from '../plan/lower-aggregates.js'
import { optimize } from '../plan/optimizer/optimize.js'
import { type RunSettings, serializePlan } from '../plan/serialize.js'
import type { CsvScanNode } from '../plan/step/csv-scan.js'
import { isMoved, isReleased, type MemoryScanNode, memoryScanNode } from '../plan/step/memory-scan.js'
import { type PlanNode, planOrder } from '../plan/step/node.js'
import { isWatched, watchProgress } from './display/progress.js'
import { bytesOfFunctions } from './function-rows.js'
import { localExecutor } from './local-executor.js'
import { Passed } from './passed-error.js'
import { countFed, hasFunctions, runFunctions } from './run-functions.js'
import {
  type CheckedRunOptions,
  readComputeOptions,
  readPersistDefault,
  readRunOptions,
} from './run-options.js'
import { RunningSteps } from './running-steps.js'
import { tableOf } from './table/table.js'
import type { Table } from './table/table-methods.js'

type Method = (...args: never[]) => unknown

/** Throws nothing: what is wrong rejects, with the stack of the caller of `method`. */
export function computeTable(plan: PlanNode, options: unknown, method: Method): Promise<Table> {
  return settle(method, async call => {
    const { int64 = 'number', dates = 'date', ...run } = readComputeOptions(options)
    return tableOf(await runPlan(plan, run, { call }), plan.schema, { int64, dates })
  })
}

export function countRows(plan: PlanNode, options: unknown, method: Method): Promise<number> {
  return settle(method, async call => {
    const counting = lowerAggregates(plan, { keys: [], order: 'none', dropNulls: false }, [
      { name: 'rows', expr: expression('size', []) },
    ])
    const result = await runPlan(counting, readRunOptions(options, 'rowCount'), { call })
    const [rows] = result.columns as readonly [ResultColumn]
    return Number((rows.data as BigInt64Array)[0])
  })
}

/** The limit of persisted frames that the environment sets; not looked at any more once setPersistLimit() was called. */
export function applyPersistDefault(): void {
  if (native().hasPersistLimit()) return
  native().setPersistDefault(readPersistDefault() ?? 0)
}

/** Runs the plan and leaves its rows in the engine; what is to be read next begins with them. */
export function persistPlan(plan: PlanNode, options: unknown, method: Method): Promise<MemoryScanNode> {
  return settle(method, async call => {
    applyPersistDefault()
    const own = { call, settings: { mode: 'persist' } } as const
    const { rows, handle } = await runPlan(plan, readRunOptions(options, 'persist'), own)
    return memoryScanNode(handle, schemaAsRun(plan.schema, handle), rows)
  })
}

/** An inferred int64 column that held decimals after all is float64 by now. */
function schemaAsRun(schema: Schema, handle: unknown): Schema {
  const { schema: run } = native().frameInfo(handle as FrameHandle)
  if (run.every(({ type }, i) => type === schema.fields[i]?.type.dtype)) return schema
  return new Schema(
    schema.fields.map(({ name, type }, i) => ({
      name,
      type: dataType((run[i]?.type as DType) ?? type.dtype, type.nullable),
    })),
  )
}

/** Runs the plan for its profile: the text of `explain({ analyze: true })`. */
export function analyzePlan(plan: PlanNode, options: CheckedRunOptions, method: Method): Promise<string> {
  return settle(method, call =>
    withFunctions(plan, options, async (engine, own, steps) => {
      const optimized = optimize(engine)
      const start = performance.now()
      const { profile = [], stats } = await runEngine(optimized, own, {
        call,
        steps,
        settings: { analyze: true },
      })
      return explainAnalyzed(optimized, profile, stats, performance.now() - start)
    }),
  )
}

/** A call of a method that runs a query. */
interface Call {
  /** Whether the engine was done before the method returned; such a query costs little more than its caller's stack. */
  done: boolean
}

/** What `runEngine` has to know beside the plan and its options. */
interface Run {
  readonly call: Call
  readonly settings?: RunSettings
  readonly steps?: RunningSteps | undefined
}

// Precondition: `method` is on the stack, and `work` throws nothing.
function settle<T>(method: Method, work: (call: Call) => Promise<T>): Promise<T> {
  const call = { done: false }
  const running = work(call)
  return settled(running, call.done ? undefined : callSite(method))
}

// Errors of the engine get the caller's frames; a signal's reason is passed on as it is.
async function settled<T>(running: Promise<T>, site: CallSite | undefined): Promise<T> {
  try {
    return await running
  } catch (error) {
    throw error instanceof Passed ? error.reason : fromNative(error, site)
  }
}

function runPlan(plan: PlanNode, options: CheckedRunOptions, run: Run): Promise<QueryResult> {
  return withFunctions(plan, options, (engine, own, steps) => runEngine(engine, own, { ...run, steps }))
}

/** Runs what is for the engine while the functions of the plan are at work. */
async function withFunctions<T>(
  plan: PlanNode,
  options: CheckedRunOptions,
  run: (engine: PlanNode, options: CheckedRunOptions, steps?: RunningSteps) => Promise<T>,
): Promise<T> {
  const { signal } = options
  if (signal?.aborted) throw new Passed(signal.reason)
  if (!hasFunctions(plan)) return run(plan, options)
  const steps = new RunningSteps(signal)
  try {
    const { engine, own } = await engineOnly(plan, options, steps)
    return await run(engine, own, steps)
  } catch (error) {
    throw steps.causeOf(error)
  } finally {
    steps.stop()
  }
}

async function runEngine(
  plan: PlanNode,
  options: CheckedRunOptions,
  { call, settings, steps }: Run,
): Promise<QueryResult> {
  const { signal } = options
  const request = requestOf(plan, { ...settingsFor(plan, options), ...settings })
  const query = currentExecutor(localExecutor).run(request, isWatched(options))
  if (query.done) call.done = true
  steps?.watch(query)
  const forget = onAbort(signal, () => query.cancel())
  const watch = watchProgress(query, options)
  let result: QueryResult
  try {
    result = await query.result
    signal?.throwIfAborted() // too late for the engine, but not for the caller
  } catch (error) {
    throw passedOn(signal, watch.failure) ?? error
  } finally {
    forget()
    watch.stop()
  }
  // What onProgress threw when it was called at the end.
  if (watch.failure) throw new Passed(watch.failure.error)
  return result
}

function passedOn(
  signal: AbortSignal | undefined,
  failure: { error: unknown } | undefined,
): Passed | undefined {
  if (failure) return new Passed(failure.error)
  return signal?.aborted ? new Passed(signal.reason) : undefined
}

/**
 * The plan with the rows that functions make in their place, and the options for it: what runs at once shares
 * `memoryLimit`. Precondition: it has functions.
 */
export async function engineOnly<Options extends CheckedRunOptions>(
  plan: PlanNode,
  options: Options,
  steps: RunningSteps,
): Promise<{ engine: PlanNode; own: Options }> {
  const { memoryLimit: wholeLimit } = options
  // Each function has its batches, and stands between two queries.
  const parts = 2 * countFed(plan) + 1
  const memoryLimit = wholeLimit && Math.max(1, Math.floor(wholeLimit / parts))
  const own = memoryLimit === undefined ? options : { ...options, memoryLimit }
  if (memoryLimit && wholeLimit && parts > 1) steps.shareLimit(memoryLimit, wholeLimit)
  const engine = await runFunctions(plan, {
    steps,
    memoryLimit,
    wholeLimit,
    request: (input, settings) => requestOf(input, { ...settingsFor(input, own), ...settings }),
  })
  return { engine, own }
}

/** The settings for a plan whose functions have run, or run: what the engine reads of them in memory counts. */
export function settingsFor(plan: PlanNode, options: CheckedRunOptions): RunSettings {
  const { memoryLimit } = options
  if (memoryLimit === undefined) return settingsOf(options)
  return settingsOf({ ...options, memoryLimit: Math.max(1, memoryLimit - bytesOfFunctions(plan)) })
}

function settingsOf(options: CheckedRunOptions): RunSettings {
  const { threads, memoryLimit, spill, spillDirectory, spillLimit } = options
  const settings = { threads, memoryLimit, spill, spillDirectory, spillLimit }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

export function requestOf(plan: PlanNode, settings: RunSettings): ReturnType<typeof serializePlan> {
  checkSources(plan)
  return serializePlan(optimize(plan), settings)
}

function checkSources(plan: PlanNode): void {
  for (const node of planOrder(plan)) {
    if (node.kind === 'csvScan') checkBytes(node)
    if (node.kind === 'memoryScan') checkColumns(node)
  }
}

function checkColumns(node: MemoryScanNode): void {
  if (isReleased(node)) {
    throw new MillraceError(
      'ERR_FRAME_DISPOSED',
      'The frame in memory that this one reads has been disposed of',
      {
        hint: 'dispose of a persisted frame when the last query on it has begun; or persist it again',
      },
    )
  }
  if (isMoved(node)) {
    throw new MillraceError(
      'ERR_BUFFER_DETACHED',
      'The memory that this frame was made over has been transferred since',
      { hint: 'make the frame with { copy: true } when its memory is sent to another thread' },
    )
  }
}

// postMessage with a transfer list empties the bytes behind a frame's back.
function checkBytes({ source }: CsvScanNode): void {
  if (source.bytes?.byteLength === source.byteLength) return
  throw new MillraceError(
    'ERR_BUFFER_DETACHED',
    'The bytes given to readCsv have been transferred or resized since',
    {
      hint: 'give readCsv a copy, bytes.slice(), when the original is sent to another thread',
    },
  )
}
