import { onAbort } from '../../core/abort.js'
import { invalidArgument } from '../../core/errors.js'
import { boolean, callback, type OptionReader, readOptions, text } from '../../core/options.js'
import { PoolBootstrapError } from '../errors.js'
import type { ShippedFunction } from '../functions/function-ref.js'
import { isImporting } from '../functions/import-module.js'
import { type AnyFunction, type Closure, shipFunction } from '../functions/ship-function.js'
import { pack } from '../shareable.js'
import { invalidState } from '../sync/errors.js'
import { contextReader } from '../sync/primitive.js'
import type { ContextName } from '../sync/shared-block.js'
import { readWait, type WaitOptions } from '../sync/waiting.js'
import { currentProcess } from './current-process.js'
import { type ExitInfo, forkChild, type LiveChild, threadChild } from './live-child.js'
import type { StartMessage, Work } from './start-message.js'

/** Options of a new Process. */
export interface ProcessOptions<A extends readonly unknown[] = readonly unknown[]> {
  /** What it runs: an inline function that uses nothing around it but `closure`, or one of importTasks() or task(). */
  readonly target: (...args: A) => unknown
  readonly args?: A | undefined
  /** Values that an inline target uses by these names. */
  readonly closure?: Closure | undefined
  /** Default: 'Process-1', 'Process-2', ... */
  readonly name?: string | undefined
  /** True: it does not keep this process alive, and ends with it. Default: false. */
  readonly daemon?: boolean | undefined
  /** 'processes' (the default): a child process. 'threads': a thread of this process. */
  readonly context?: ContextName | undefined
}

let count = 0
const active = new Set<Process>()

/**
 * A function that runs in a process of its own. Python's `multiprocessing.Process`.
 *
 * It ends when the target is done and nothing it started is left (timers, servers), like any Node program. When the
 * target throws, the error is printed and the exit code is 1. Starting costs some 50 ms; a Pool reuses its workers.
 *
 * @example
 * const child = new Process({ target: (a: number) => process.exit(a + 1), args: [2] })
 * child.start()
 * await child.join()
 * console.log(child.exitCode) // 3
 */
export class Process<const A extends readonly unknown[] = readonly unknown[]> implements AsyncDisposable {
  readonly name: string
  readonly daemon: boolean
  readonly context: ContextName
  readonly #target: ShippedFunction
  readonly #args: readonly unknown[]
  #child: LiveChild | undefined
  #exit: ExitInfo | undefined
  #joins = 0
  #closed = false

  /** Throws a ClosureError when the target uses what it cannot take along. */
  constructor(options: ProcessOptions<A>) {
    const read = readOptions<ProcessOptions<A>>(options, 'Process', readers as never)
    if (!read.target) throw invalidArgument('a function', 'Process option target', read.target)
    this.#target = shipFunction(read.target as AnyFunction, 'Process', read.closure)
    this.#args = read.args ?? []
    this.name = read.name ?? `Process-${++count}`
    this.daemon = read.daemon ?? false
    this.context = read.context ?? 'processes'
  }

  /** Starts it, once. Throws ERR_INVALID_STATE the second time; ERR_NOT_SHAREABLE for arguments that cannot go there. */
  start(): void {
    if (this.#closed || this.#child)
      throw invalidState(`${this.name} was ${this.#closed ? 'closed' : 'started'} already`)
    if (isImporting()) {
      throw new PoolBootstrapError(`${this.name} was started by a module while a worker loads that module`, {
        hint: 'start processes inside a function, or guard with: if (parentProcess() === null)',
      })
    }
    const { name, pid } = currentProcess()
    const work: Work = { target: this.#target, args: this.#args }
    const packed = pack(work, this.context)
    const message: StartMessage = { name: this.name, daemon: this.daemon, parent: { name, pid }, packed }
    const child = this.context === 'threads' ? threadChild(message) : forkChild(message)
    this.#child = child
    active.add(this)
    if (this.daemon) {
      child.hold(false)
      endWithParent()
    }
    void child.ended.then(exit => {
      this.#exit = exit
      active.delete(this)
    })
  }

  /** Waits until it has ended: true, or false after `timeout` milliseconds. Rejects with the signal's reason. */
  async join(timeout?: number | WaitOptions): Promise<boolean> {
    const options = typeof timeout === 'object' ? timeout : { timeout }
    const { timeout: ms = Number.POSITIVE_INFINITY, signal } = readWait(options, 'Process.join')
    const child = this.#started()
    signal?.throwIfAborted()
    if (this.#exit) return true
    let timer: NodeJS.Timeout | undefined
    let unlisten = () => {}
    const stopped = new Promise<boolean>((resolve, reject) => {
      if (ms < 2 ** 31) timer = setTimeout(resolve, ms, false)
      unlisten = onAbort(signal, () => reject(signal?.reason))
    })
    // A daemon does not keep this process alive, but waiting for it does.
    if (this.daemon && this.#joins++ === 0) child.hold(true)
    try {
      return await Promise.race([child.ended.then(() => true), stopped])
    } finally {
      clearTimeout(timer)
      unlisten()
      if (this.daemon && --this.#joins === 0) child.hold(false)
    }
  }

  /** Asks it to end, by SIGTERM; a thread is ended at once. */
  terminate(): void {
    this.#signal('SIGTERM')
  }

  /** Ends it at once, by SIGKILL. */
  kill(): void {
    this.#signal('SIGKILL')
  }

  /** Lets go of what it holds. Throws ERR_INVALID_STATE while it runs. */
  close(): void {
    if (this.isAlive) throw invalidState(`${this.name} still runs`, 'join() or terminate() it first')
    this.#closed = true
    this.#child = undefined
  }

  /** True from `start()` until it has ended. */
  get isAlive(): boolean {
    return this.#child !== undefined && this.#exit === undefined
  }

  /** Null until it has ended; -N when signal N ended it. */
  get exitCode(): number | null {
    return this.#exit?.exitCode ?? null
  }

  /** Of the operating system; undefined before `start()`. A thread has that of this process. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when it has ended, with how; never rejects. May be awaited together with other promises. */
  get sentinel(): Promise<ExitInfo> {
    return this.#started().ended
  }

  /** Terminates it if it runs, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive) this.terminate()
    if (this.#child) await this.join()
  }

  #started(): LiveChild {
    if (this.#child) return this.#child
    throw invalidState(`${this.name} was ${this.#closed ? 'closed' : 'never started'}`, 'call start() first')
  }

  #signal(name: 'SIGTERM' | 'SIGKILL'): void {
    const child = this.#started()
    if (this.isAlive) child.signal(name)
  }
}

/**
 * The processes that were started here and have not ended. Python's `multiprocessing.active_children`.
 *
 * @example
 * for (const child of activeChildren()) child.terminate()
 */
export function activeChildren(): Process[] {
  return [...active]
}

let watching = false

/** Daemons that cannot notice the end of this process by themselves, because they block, are ended by it. */
function endWithParent(): void {
  if (watching) return
  watching = true
  process.on('exit', () => {
    for (const child of active) if (child.daemon) child.kill()
  })
}

const args: OptionReader<readonly unknown[]> = (value, name) => {
  if (!Array.isArray(value)) throw invalidArgument('an array', name, value)
  return value
}

const closure: OptionReader<Closure> = (value, name) => {
  if (typeof value !== 'object' || value === null) throw invalidArgument('an object', name, value)
  return value as Closure
}

const readers = { target: callback, args, closure, name: text, daemon: boolean, context: contextReader }
