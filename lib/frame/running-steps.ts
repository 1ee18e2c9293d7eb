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
  #limits: { readonly share: number; readonly whole: number } | undefined

  constructor(signal: AbortSignal | undefined) {
    this.failed = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.failed.catch(() => {})
    this.#forget = signal?.aborted ? () => {} : onAbort(signal, () => this.fail(new Passed(signal?.reason)))
    if (signal?.aborted) this.fail(new Passed(signal.reason))
  }

  /** Each part of the query has so many bytes of so many. */
  shareLimit(share: number, whole: number): void {
    this.#limits = { share, whole }
  }

  /** What went wrong first, if anything has: everything that goes wrong behind it, as `error`, follows from that. */
  causeOf(error: unknown): unknown {
    const cause = this.#failure ? this.#failure.error : error
    // Of the engine, which knows of its share alone.
    const ofEngine = cause instanceof Error && !(cause instanceof MillraceError)
    if (this.#limits && ofEngine && 'code' in cause && cause.code === 'ERR_MEMORY_LIMIT') {
      const { share, whole } = this.#limits
      // What a function gave cannot be read again, so a part behind one cannot start over on disk by itself.
      const shares = `functions, and the parts of a plan between them, have even shares of it, here ${share} of ${whole} bytes`
      const hint = `raise \`memoryLimit\` (${shares}), or pass \`spill: 'always'\`, so that sorts, joins and groups behind a function go to disk at once`
      Object.assign(cause, { hint })
    }
    return cause
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
