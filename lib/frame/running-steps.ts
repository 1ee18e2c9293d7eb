import { onAbort } from '../core/abort.js'
import { MillraceError } from '../core/errors.js'
import { Passed } from './passed-error.js'

interface Cancellable {
  cancel(): void
}

/**
 * What goes on for one query: its own part in the engine, queries that feed steps of workers, and calls in these. The first
 * failure ends all of it, and so does the end of the query.
 */
export class RunningSteps {
  /** Rejects with the first failure. */
  readonly failed: Promise<never>
  readonly #stop = new AbortController()
  readonly #queries = new Set<Cancellable>()
  readonly #forget: () => void
  #reject: (error: unknown) => void = () => {}
  #failure: { readonly error: unknown } | undefined

  constructor(signal: AbortSignal | undefined) {
    this.failed = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.failed.catch(() => {})
    this.#forget = signal?.aborted ? () => {} : onAbort(signal, () => this.fail(new Passed(signal?.reason)))
    if (signal?.aborted) this.fail(new Passed(signal.reason))
  }

  /** What went wrong first; everything that goes wrong behind it follows from that. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  /** Aborts when all is over. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Cancels the query when all is over, unless it is `done` before. */
  watch(query: Cancellable): void {
    if (this.signal.aborted) query.cancel()
    else this.#queries.add(query)
  }

  done(query: Cancellable): void {
    this.#queries.delete(query)
  }

  fail(error: unknown): void {
    if (this.signal.aborted) return
    this.#failure = { error }
    this.#end(error)
  }

  /** Nobody waits for any of it any more. */
  stop(): void {
    if (!this.signal.aborted) this.#end(new MillraceError('ERR_ABORTED', 'The query is over'))
  }

  #end(error: unknown): void {
    this.#forget()
    this.#reject(error)
    this.#stop.abort(error instanceof Passed ? error.reason : error)
    for (const query of this.#queries) query.cancel()
    this.#queries.clear()
  }
}
