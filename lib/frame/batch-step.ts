// A step of a plan that workers run: it streams the rows that the step reads and writes each batch to shared memory, and
// workers do their part there.
import { currentExecutor, type QueryResult, type StreamingQuery } from '../core/executor.js'
import type { RunSettings, serializePlan } from '../plan/serialize.js'
import type { PlanNode } from '../plan/step/node.js'
import { BatchMemory } from './batch-memory.js'
import { localExecutor } from './local-executor.js'
import { Passed } from './passed-error.js'
import type { RunningSteps } from './running-steps.js'

/** What starts the engine's part of a query. */
export interface FunctionRun {
  readonly steps: RunningSteps
  /** Bytes for each part of the query: what runs in the engine at once, and the batches of each function. */
  readonly memoryLimit: number | undefined
  /** Bytes for all of it. */
  readonly wholeLimit: number | undefined
  request(plan: PlanNode, settings: RunSettings): ReturnType<typeof serializePlan>
}

export interface StepRun extends FunctionRun {
  /** Bytes that earlier steps have left in memory for the plan. */
  readonly heldBytes: number
}

export abstract class BatchStep<Call> {
  protected readonly run: StepRun
  protected readonly memory = new BatchMemory()
  /** Calls under way at a time: each worker has one to go on with. */
  protected readonly mostCalls: number

  constructor(run: StepRun, workers: number) {
    this.run = run
    this.mostCalls = workers * 2
  }

  /** What the workers are to do, in order. */
  protected abstract calls(): AsyncGenerator<Call>
  /** Has one of them done; gives what takes its rows, in order. */
  protected abstract called(call: Call): Promise<() => void>
  /** The rows that were taken. */
  protected abstract plan(): PlanNode

  /** All rows of the step, held in memory: for a plan that reads them more than once. */
  async rows(): Promise<PlanNode> {
    const { steps } = this.run
    const calls = this.calls()
    const running: Promise<(() => void) | undefined>[] = []
    const take = async () => {
      // The failure first: it wins where both are there.
      const accept = await Promise.race([steps.failed, running.shift() as Promise<(() => void) | undefined>])
      accept?.()
    }
    for (;;) {
      if (running.length >= this.mostCalls) await take()
      const { done, value: call } = await Promise.race([steps.failed, calls.next()])
      if (done) break
      running.push(this.#begun(call))
    }
    while (running.length > 0) await take()
    return this.plan()
  }

  protected get signal(): AbortSignal {
    return this.run.steps.signal
  }

  protected stream(plan: PlanNode, batchRows: number): StreamingQuery {
    const request = this.run.request(plan, { mode: 'stream', batchRows })
    const stream = currentExecutor(localExecutor).stream(request)
    this.run.steps.watch(stream)
    return stream
  }

  /** The query needs no end from outside any more. */
  protected done(query: { cancel(): void }): void {
    this.run.steps.done(query)
  }

  protected async result(plan: PlanNode, settings: RunSettings = {}): Promise<QueryResult> {
    const query = currentExecutor(localExecutor).run(this.run.request(plan, settings), false)
    this.run.steps.watch(query)
    const result = await query.result
    this.done(query)
    return result
  }

  /** Whatever goes wrong fails the query at once. */
  async #begun(call: Call): Promise<(() => void) | undefined> {
    try {
      return await this.called(call)
    } catch (error) {
      this.run.steps.fail(error instanceof Passed ? error : new Passed(error))
      return undefined
    }
  }
}
