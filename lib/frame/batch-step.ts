// A step of a plan that workers run, in turns with the engine: it streams the rows that the step reads and writes each batch
// to shared memory, workers do their part there, and the rest of the plan scans what they gave.
import { onAbort } from '../core/abort.js'
import { currentExecutor, type QueryResult, type StreamingQuery } from '../core/executor.js'
import type { RunSettings, serializePlan } from '../plan/serialize.js'
import type { PlanNode } from '../plan/step/node.js'
import { BatchMemory } from './batch-memory.js'
import { localExecutor } from './local-executor.js'
import { Passed } from './passed-error.js'

/** What starts the engine's part of a query. */
export interface FunctionRun {
  readonly signal: AbortSignal | undefined
  /** Bytes. */
  readonly memoryLimit: number | undefined
  request(plan: PlanNode, settings: RunSettings): ReturnType<typeof serializePlan>
}

export interface StepRun extends FunctionRun {
  /** Bytes that earlier steps have left in memory for the plan. */
  readonly heldBytes: number
}

export abstract class BatchStep<Call> {
  protected readonly run: StepRun
  protected readonly memory = new BatchMemory()
  readonly #workers: number
  readonly #queries = new Set<{ cancel(): void }>()
  readonly #stop = new AbortController()
  readonly #failure: Promise<never>
  #fail: (error: unknown) => void = () => {}

  constructor(run: StepRun, workers: number) {
    this.run = run
    this.#workers = workers
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#failure.catch(() => {})
  }

  /** What the workers are to do, in order. */
  protected abstract calls(): AsyncGenerator<Call>
  /** Has one of them done; gives what takes its rows, in order. */
  protected abstract called(call: Call): Promise<() => void>
  /** The rows that were taken. */
  protected abstract plan(): PlanNode

  async rows(): Promise<PlanNode> {
    const { signal } = this.run
    if (signal?.aborted) throw new Passed(signal.reason)
    const forget = onAbort(signal, () => this.#fail(new Passed(signal?.reason)))
    try {
      return await this.#collect(this.calls())
    } catch (error) {
      for (const query of this.#queries) query.cancel()
      this.#stop.abort(error instanceof Passed ? error.reason : error)
      throw error
    } finally {
      forget()
    }
  }

  /** Aborts when the step has failed. */
  protected get signal(): AbortSignal {
    return this.#stop.signal
  }

  protected stream(plan: PlanNode, batchRows: number): StreamingQuery {
    const request = this.run.request(plan, { mode: 'stream', batchRows })
    const stream = currentExecutor(localExecutor).stream(request)
    this.#queries.add(stream)
    return stream
  }

  /** The query needs no end from outside any more. */
  protected done(query: { cancel(): void }): void {
    this.#queries.delete(query)
  }

  protected async result(plan: PlanNode, settings: RunSettings = {}): Promise<QueryResult> {
    const query = currentExecutor(localExecutor).run(this.run.request(plan, settings), false)
    this.#queries.add(query)
    const result = await query.result
    this.done(query)
    return result
  }

  /** Makes every call, a few at a time: the stream waits while the workers are behind. */
  async #collect(calls: AsyncGenerator<Call>): Promise<PlanNode> {
    const most = this.#workers * 2
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
      running.push(this.#begun(call))
    }
    while (running.length > 0) await take()
    return this.plan()
  }

  /** Whatever goes wrong fails the step at once. */
  async #begun(call: Call): Promise<(() => void) | undefined> {
    try {
      return await this.called(call)
    } catch (error) {
      this.#fail(new Passed(error))
      return undefined
    }
  }
}
