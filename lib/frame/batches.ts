import { onAbort } from '../core/abort.js'
import { type CallSite, callSite, fromNative } from '../core/errors.js'
import { currentExecutor, type StreamingQuery } from '../core/executor.js'
import type { PlanNode } from '../plan/step/node.js'
import { localExecutor } from './local-executor.js'
import { requestOf, settingsOf } from './run.js'
import { readBatchOptions } from './run-options.js'
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
      this.#query ??= this.#start()
      const batch = await this.#query.next()
      if (batch && !this.#done)
        return { done: false, value: tableOf(batch, this.#plan.schema, { int64, dates }) }
      this.#finish()
      return { done: true, value: undefined }
    } catch (error) {
      const returned = this.#done
      this.#finish()
      if (returned) return { done: true, value: undefined }
      throw signal?.aborted ? signal.reason : fromNative(error, this.#site)
    }
  }

  #start(): StreamingQuery {
    const settings = { ...settingsOf(this.#options), mode: 'stream' as const, batchRows: this.#options.size }
    const query = currentExecutor(localExecutor).stream(requestOf(this.#plan, settings))
    this.#forget = onAbort(this.#options.signal, () => query.cancel())
    return query
  }

  #finish(): void {
    this.#done = true
    this.#forget()
  }
}
