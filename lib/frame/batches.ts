import { onAbort } from '../core/abort.js'
import { type CallSite, callSite, fromNative } from '../core/errors.js'
import { currentExecutor, type StreamingQuery } from '../core/executor.js'
import type { PlanNode } from '../plan/step/node.js'
import { localExecutor } from './local-executor.js'
import { Passed } from './passed-error.js'
import { engineOnly, requestOf, settingsFor } from './run.js'
import { hasFunctions } from './run-functions.js'
import { readBatchOptions } from './run-options.js'
import { RunningSteps } from './running-steps.js'
import { tableOf } from './table/table.js'
import type { Table } from './table/table-methods.js'

/** Starts nothing before the first `next`. Throws at once for wrong options. */
export function streamBatches(
  plan: PlanNode,
  options: unknown,
  method: (...args: never[]) => unknown,
): Batches {
  return new Batches(plan, readBatchOptions(options), callSite(method))
}

/** The batches of one query, pulled: the engine works only a little ahead of the reader. */
export class Batches implements AsyncIterableIterator<Table> {
  readonly #plan: PlanNode
  readonly #options: ReturnType<typeof readBatchOptions>
  readonly #site: CallSite
  #query: StreamingQuery | undefined
  #steps: RunningSteps | undefined
  #forget = () => {}
  #done = false
  // Calls of next() that overlap wait for each other, so batches keep their order.
  #last: Promise<unknown> = Promise.resolve()

  constructor(plan: PlanNode, options: ReturnType<typeof readBatchOptions>, site: CallSite) {
    this.#plan = plan
    this.#options = options
    this.#site = site
  }

  next(): Promise<IteratorResult<Table, undefined>> {
    const step = this.#last.then(() => this.#pull())
    this.#last = step.catch(() => {})
    return step
  }

  /** Cancels the query; `break` in `for await` calls it. */
  async return(): Promise<IteratorResult<Table, undefined>> {
    if (!this.#done) this.#query?.cancel()
    this.#finish()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #pull(): Promise<IteratorResult<Table, undefined>> {
    if (this.#done) return { done: true, value: undefined }
    const { signal, int64 = 'number', dates = 'date' } = this.#options
    try {
      signal?.throwIfAborted()
      this.#query ??= await this.#start()
      const batch = await this.#query.next()
      if (batch && !this.#done)
        return { done: false, value: tableOf(batch, this.#plan.schema, { int64, dates }) }
      this.#finish()
      return { done: true, value: undefined }
    } catch (error) {
      const returned = this.#done
      this.#finish()
      if (returned) return { done: true, value: undefined }
      const cause = this.#steps ? this.#steps.causeOf(error) : error
      if (cause instanceof Passed) throw cause.reason
      throw signal?.aborted ? signal.reason : fromNative(cause, this.#site)
    }
  }

  async #start(): Promise<StreamingQuery> {
    const { engine, own } = hasFunctions(this.#plan)
      ? await this.#engineOnly()
      : { engine: this.#plan, own: this.#options }
    const size = own.size === undefined ? {} : { batchRows: own.size }
    const settings = { ...settingsFor(engine, own), mode: 'stream' as const, ...size }
    const query = currentExecutor(localExecutor).stream(requestOf(engine, settings))
    this.#steps?.watch(query)
    this.#forget = onAbort(this.#options.signal, () => query.cancel())
    return query
  }

  // A reader who leaves, even before there is a query, stops the functions.
  #engineOnly() {
    this.#steps = new RunningSteps(this.#options.signal)
    return engineOnly(this.#plan, this.#options, this.#steps)
  }

  #finish(): void {
    this.#done = true
    this.#forget()
    this.#steps?.stop()
  }
}
