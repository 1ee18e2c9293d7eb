// A step of a plan that workers run, in turns with the engine: it streams the rows that the step reads, workers get batches
// of them, and what they give goes back into the engine as rows in memory.
import { onAbort } from '../core/abort.js'
import { currentExecutor, type QueryResult } from '../core/executor.js'
import type { RunSettings, serializePlan } from '../plan/serialize.js'
import { concatNode } from '../plan/step/concat.js'
import type { PlanNode } from '../plan/step/node.js'
import { localExecutor } from './local-executor.js'
import { Passed } from './passed-error.js'

/** What starts the engine's part of a query. */
export interface FunctionRun {
  readonly signal: AbortSignal | undefined
  request(plan: PlanNode, settings: RunSettings): ReturnType<typeof serializePlan>
}

export abstract class BatchStep<Call> {
  readonly #run: FunctionRun
  readonly #workers: number
  readonly #queries: { cancel(): void }[] = []
  readonly #stop = new AbortController()
  readonly #failure: Promise<never>
  #fail: (error: unknown) => void = () => {}

  constructor(run: FunctionRun, workers: number) {
    this.#run = run
    this.#workers = workers
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#failure.catch(() => {})
  }

  /** What the workers are to do, in order. */
  protected abstract calls(): AsyncGenerator<Call>
  /** The rows of one call; undefined for none. */
  protected abstract partOf(call: Call): Promise<PlanNode | undefined>
  /** No rows, with the columns of the step. */
  protected abstract none(): PlanNode

  async rows(): Promise<PlanNode> {
    const { signal } = this.#run
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

  protected async *batches(input: PlanNode, batchRows: number): AsyncGenerator<QueryResult> {
    const request = this.#run.request(input, { mode: 'stream', batchRows })
    const stream = currentExecutor(localExecutor).stream(request)
    this.#queries.push(stream)
    for (let batch = await stream.next(); batch; batch = await stream.next()) yield batch
  }

  protected result(plan: PlanNode, settings: RunSettings = {}): Promise<QueryResult> {
    const query = currentExecutor(localExecutor).run(this.#run.request(plan, settings), false)
    this.#queries.push(query)
    return query.result
  }

  /** Makes every call, a few at a time: the stream waits while the workers are behind. */
  async #collect(calls: AsyncGenerator<Call>): Promise<PlanNode> {
    const most = this.#workers * 2
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
    if (!only) return this.none()
    return parts.length === 1 ? only : concatNode(parts)
  }

  /** Whatever goes wrong fails the step at once. */
  async #called(call: Call): Promise<PlanNode | undefined> {
    try {
      return await this.partOf(call)
    } catch (error) {
      this.#fail(new Passed(error))
      return undefined
    }
  }
}
