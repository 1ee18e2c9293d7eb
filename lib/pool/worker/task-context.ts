/** What a task can ask about itself: the second parameter of a mapped function, or `currentTask()`. */
export interface TaskContext<S = unknown> {
  /** Position of the item in the input; 0 for `apply` and `stream`. */
  readonly index: number
  /** 1 for the first worker that the pool made, and so on; a replacement has a number of its own. */
  readonly workerId: number
  /** Aborts when the caller does not want the result any more. */
  readonly signal: AbortSignal
  /** `signal.aborted`, also in the middle of a loop that never awaits. */
  readonly aborted: boolean
  /** What the initializer returned in this worker. */
  readonly state: S
  /** Tells `onProgress` of `apply` how far this task is, from 0 to 1. */
  progress(fraction: number, note?: string): void
}

/** The tasks that a context can be of, as the worker keeps them. */
export interface ContextSource {
  readonly workerId: number
  readonly state: unknown
  /** The pool gave up the unit. */
  isAborted(unit: number, job: number): boolean
  report(unit: number, fraction: number, note: string | undefined): void
}

/** One object a unit, whose index moves: making one an item would cost more than most items. */
export class UnitContext implements TaskContext {
  readonly #source: ContextSource
  readonly #unit: number
  readonly #job: number
  #controller: AbortController | undefined
  index = 0

  constructor(source: ContextSource, unit: number, job: number) {
    this.#source = source
    this.#unit = unit
    this.#job = job
  }

  get workerId(): number {
    return this.#source.workerId
  }

  get state(): unknown {
    return this.#source.state
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#source.isAborted(this.#unit, this.#job)) this.#controller.abort()
    return this.#controller.signal
  }

  get aborted(): boolean {
    return this.#source.isAborted(this.#unit, this.#job)
  }

  progress(fraction: number, note?: string): void {
    this.#source.report(this.#unit, fraction, note)
  }

  /** The pool says that the unit is not wanted any more. */
  abort(): void {
    this.#controller?.abort()
  }
}
