import type { Transferable } from '../transferable.js'
import type { Message, WorkerSetup } from '../worker/protocol.js'

/** How a worker ended. */
export interface WorkerExit {
  readonly exitCode: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly outOfMemory: boolean
  /** What an uncaught error of the worker said. */
  readonly error: unknown
  /** The end of what it wrote to stderr, where that is captured. */
  readonly stderr: string | undefined
}

export interface LinkEvents {
  onMessages(batch: readonly Message[]): void
  /** Once, after the last messages. */
  onExit(exit: WorkerExit): void
}

/** A worker as the pool sees it, whatever runs it. It never keeps the process alive by itself. */
export interface Link {
  /** Throws when a message cannot be cloned; then none has been sent. */
  post(batch: readonly Message[], transfer?: readonly Transferable[]): void
  /** Items started so far. */
  started(): number
  /** The items of that job are not wanted any more. */
  stop(job: number): void
  /** Asks the worker back from a shared job, or lets it stay. */
  yield(on: boolean): void
  /** Takes calls back that have not been started, or lets new ones run. */
  recall(on: boolean): void
  /** Takes in what has come, without waiting for the event loop. */
  drain(): void
  /** Ends it at once, whatever it does. */
  kill(): void
  readonly pid: number | undefined
}

export interface LinkOptions {
  readonly env: NodeJS.ProcessEnv | undefined
  readonly argv: readonly string[] | undefined
  readonly execArgv: readonly string[] | undefined
  readonly workerData: unknown
  readonly stdio: 'inherit' | 'capture'
  readonly memoryLimit: number | undefined
  readonly name: string
}

export type MakeLink = (setup: WorkerSetup, options: LinkOptions, events: LinkEvents) => Link

/** The last 4 KB of a stream. */
export class Tail {
  #text = ''

  add(chunk: Buffer | string): void {
    this.#text = (this.#text + String(chunk)).slice(-4096)
  }

  get text(): string {
    return this.#text
  }
}
