/** What a worker does, whatever carries its messages: it starts units in the order of their arrival. */
import { encodeThrown, safeInspect } from '../error-codec/encode-error.js'
import type { ShippedFunction } from '../functions/function-ref.js'
import { type Callable, loadFunction, type Surroundings } from '../functions/load-function.js'
import type { Board } from './board.js'
import { type ChunkUnit, runChunkUnit } from './chunk-unit.js'
import * as p from './protocol.js'
import { isThenable } from './run-items.js'
import { joinJob } from './shared-job.js'
import { runStream } from './stream-unit.js'
import { type ContextSource, UnitContext } from './task-context.js'
import { uncloneablePath } from './uncloneable-path.js'
import type { UnitRun } from './unit-run.js'

/** What carries messages to the pool. */
export interface Link {
  /** Throws when one of them cannot be cloned; then none has left. */
  post(batch: readonly p.Message[]): void
  /** Bytes in use, and milliseconds of CPU so far. */
  usage(): [bytes: number, cpuMs: number]
  /** Ends this thread or process. */
  exit(): void
}

type Loaded = { readonly fn: Callable } | { readonly problem: unknown }

/** A unit under way: it can be told to stop, and its end frees a slot. */
class Unit implements UnitRun {
  readonly unit: number
  readonly job: number
  readonly context: UnitContext
  readonly #runtime: Runtime
  atExit: (() => void) | undefined
  /** The caller has its answer already: what the unit still says is dropped. */
  settled = false

  constructor(runtime: Runtime, unit: number, job: number) {
    this.#runtime = runtime
    this.unit = unit
    this.job = job
    this.context = new UnitContext(runtime, unit, job)
  }

  get board(): Board {
    return this.#runtime.board
  }

  get concurrency(): number {
    return this.#runtime.concurrency
  }

  send(message: p.Message): void {
    if (!this.settled) this.#runtime.send(message)
  }

  flush(): void {
    this.#runtime.flush()
  }
}

export class Runtime implements ContextSource {
  readonly board: Board
  readonly concurrency: number
  readonly workerId: number
  readonly #setup: p.WorkerSetup
  readonly #link: Link
  readonly #functions = new Map<number, Loaded | Promise<Loaded>>()
  #inbox: p.Message[] = []
  #next = 0
  #outbox: p.Message[] = []
  /** Those that wait for something. */
  readonly #running = new Set<Unit>()
  readonly #streams = new Map<number, { credit(n: number): void; stop(): void }>()
  readonly #aborted = new Set<number>()
  #current: UnitContext | undefined
  #exclusive = false
  #ending = false
  readonly #surroundings: Surroundings
  state: unknown

  constructor(setup: p.WorkerSetup, link: Link, board: Board) {
    this.#setup = setup
    this.#link = link
    this.board = board
    this.workerId = setup.workerId
    this.concurrency = setup.concurrency
    this.#surroundings = { currentTask: () => this.#current, loader: setup.loader }
  }

  /** Nothing is under way or waiting to be. */
  get idle(): boolean {
    return this.#running.size === 0 && this.#next === this.#inbox.length
  }

  get currentContext(): UnitContext | undefined {
    return this.#current
  }

  async start(): Promise<void> {
    process.on('uncaughtException', error => this.#stray(error))
    process.on('unhandledRejection', error => this.#stray(error))
    process.on('exit', () => this.#reportAtExit())
    const { initializer, initArgs } = this.#setup
    if (!initializer) return
    try {
      const fn = await this.#load(initializer)
      this.state = await fn(...((await this.#unpacked(initArgs)) as unknown[]))
    } catch (error) {
      this.send([p.initFailed, encodeThrown(error)])
      this.flush()
      this.#link.exit()
      throw error
    }
  }

  receive(batch: readonly p.Message[]): void {
    for (const message of batch) {
      // Ahead of the units that it is about.
      if (message[0] === p.abort) this.#abort(message[1] as number)
      else this.#inbox.push(message)
    }
    this.pump()
  }

  /** Starts what may start; sends what is finished. */
  pump(): void {
    let lastFlush = performance.now()
    while (this.#next < this.#inbox.length && this.#maySlot()) {
      const message = this.#inbox[this.#next] as p.Message
      this.#inbox[this.#next++] = undefined as never
      this.#handle(message)
      if (this.#outbox.length === 0) continue
      const now = performance.now()
      if (now - lastFlush < 1) continue
      lastFlush = now
      this.flush()
    }
    if (this.#next === this.#inbox.length) {
      this.#inbox = []
      this.#next = 0
    }
    this.flush()
    if (this.#ending && this.idle) this.#finish()
  }

  /** Control messages get through however many tasks wait. */
  #maySlot(): boolean {
    const kind = (this.#inbox[this.#next] as p.Message)[0]
    if (kind === p.call || kind === p.chunk || kind === p.join || kind === p.stream)
      return !this.#exclusive && this.#running.size < this.concurrency
    return true
  }

  send(message: p.Message): void {
    this.#outbox.push(message)
  }

  flush(): void {
    if (this.#outbox.length === 0) return
    const batch = this.#outbox
    this.#outbox = []
    try {
      this.#link.post(batch)
    } catch {
      for (const message of batch) this.#postAlone(message)
    }
  }

  #postAlone(message: p.Message): void {
    try {
      this.#link.post([message])
    } catch (error) {
      for (const part of withoutUncloneable(message, error)) this.#link.post([part])
    }
  }

  #handle(message: p.Message): void {
    const [kind, id] = message as readonly [number, number]
    // What is finished must not wait for what may take long.
    if (kind === p.chunk || kind === p.join || kind === p.stream) this.flush()
    if (kind === p.call) this.#call(message as never)
    else if (kind === p.chunk) this.#chunk(message as never)
    else if (kind === p.join) this.#join(message as never)
    else if (kind === p.stream) this.#stream(message as never)
    else if (kind === p.define) this.#define(id, message[2] as never)
    else if (kind === p.forget) this.#functions.delete(id)
    else if (kind === p.credit) this.#streams.get(id)?.credit(message[2] as number)
    else if (kind === p.resume) this.send([p.resumed])
    else if (kind === p.ping) this.send([p.pong, ...this.#link.usage()])
    else if (kind === p.end) this.#ending = true
  }

  async #load(shipped: ShippedFunction): Promise<Callable> {
    return loadFunction(shipped, this.#surroundings)
  }

  #define(id: number, shipped: ShippedFunction | p.Packed): void {
    try {
      const loaded =
        'packed' in shipped
          ? this.#unpacked(shipped).then(given => this.#load(given as ShippedFunction))
          : loadFunction(shipped, this.#surroundings)
      if (!(loaded instanceof Promise)) {
        this.#functions.set(id, { fn: loaded })
        return
      }
      const known = loaded.then(
        fn => ({ fn }),
        (problem: unknown) => ({ problem }),
      )
      this.#functions.set(id, known)
      known.then(now => this.#functions.has(id) && this.#functions.set(id, now))
    } catch (problem) {
      this.#functions.set(id, { problem })
    }
  }

  /** Runs `work` with the function, now when it is loaded; a slot is held until what `work` gives back is done. */
  #withFunction(unit: Unit, id: number, work: (fn: Callable) => PromiseLike<void> | undefined | void): void {
    const loaded = this.#functions.get(id)
    const begin = (found: Loaded): PromiseLike<void> | undefined | void => {
      if ('fn' in found) {
        this.#current = unit.context
        return work(found.fn)
      }
      this.#refuse(unit, found.problem)
    }
    const pending = loaded instanceof Promise ? loaded.then(begin) : begin(loaded as Loaded)
    if (pending) this.#hold(unit, pending)
  }

  /** Ends a unit of which nothing can run: its function, or the shared objects in its items, cannot be had here. */
  #refuse(unit: Unit, problem: unknown): void {
    this.board.start()
    unit.send([p.loadFailed, unit.unit, encodeThrown(problem)])
  }

  #hold(unit: Unit, pending: PromiseLike<void>): void {
    this.#running.add(unit)
    const over = () => {
      this.#running.delete(unit)
      this.#aborted.delete(unit.unit)
      this.pump()
    }
    pending.then(over, error => {
      this.#stray(error)
      over()
    })
  }

  #call([, id, fnId, args]: readonly [number, number, number, readonly unknown[] | p.Packed]): void {
    const unit = new Unit(this, id, 0)
    const finish = (value: unknown) => unit.send([p.called, id, value])
    const fail = (error: unknown) => unit.send([p.failed, id, encodeThrown(error)])
    const run = (fn: Callable, given: readonly unknown[]): PromiseLike<void> | undefined => {
      this.board.start()
      if (this.board.recalled()) return undefined // another worker has got it
      if (this.#aborted.delete(id)) {
        fail(new Error('aborted'))
        return undefined
      }
      try {
        const value = fn(...given)
        if (isThenable(value)) return value.then(finish, fail)
        finish(value)
      } catch (error) {
        fail(error)
      }
      return undefined
    }
    this.#withFunction(unit, fnId, fn => {
      if (Array.isArray(args)) return run(fn, args)
      return this.#unpacked(args).then(given => run(fn, given as unknown[]), fail)
    })
  }

  #chunk([, id, fnId, job, unit]: readonly [number, number, number, number, ChunkUnit | p.Packed]): void {
    const run = new Unit(this, id, job)
    this.#withFunction(run, fnId, fn => {
      if (!('packed' in unit)) return this.#alone(runChunkUnit(fn, unit, run))
      const unpacked = this.#unpacked(unit)
      return this.#alone(
        unpacked.then(
          given => runChunkUnit(fn, given as ChunkUnit, run),
          problem => this.#refuse(run, problem),
        ),
      )
    })
  }

  #join([, id, fnId, job, slot, ranges, jobId]: readonly [
    number,
    number,
    number,
    p.SharedJob,
    number,
    readonly number[],
    number,
  ]): void {
    const run = new Unit(this, id, jobId)
    this.#withFunction(run, fnId, fn => this.#alone(joinJob(fn, job, slot, ranges, run)))
  }

  /** Chunks keep to `concurrency` by themselves: no other unit runs beside one. */
  #alone(pending: Promise<void> | undefined): Promise<void> | undefined {
    if (!pending) return undefined
    this.#exclusive = true
    return pending.finally(() => {
      this.#exclusive = false
    })
  }

  #stream([, id, fnId, args, credits]: readonly [
    number,
    number,
    number,
    readonly unknown[] | p.Packed,
    number,
  ]): void {
    const unit = new Unit(this, id, 0)
    this.#withFunction(unit, fnId, async fn => {
      this.board.start()
      const given = (await this.#unpacked(args)) as unknown[]
      const running = runStream(fn, given, credits, unit)
      this.#streams.set(id, running)
      await running.ended
      this.#streams.delete(id)
    })
  }

  async #unpacked(value: unknown): Promise<unknown> {
    if (typeof value !== 'object' || value === null || !('packed' in value)) return value
    const { unpack } = (await import(this.#setup.shareableUrl)) as { unpack(value: unknown): unknown }
    return unpack((value as p.Packed).packed)
  }

  #abort(id: number): void {
    this.#aborted.add(id)
    this.#streams.get(id)?.stop()
    for (const unit of this.#running) if (unit.unit === id || unit.job === id) unit.context.abort()
  }

  isAborted(unit: number, job: number): boolean {
    return this.#aborted.has(unit) || (job !== 0 && this.board.stopped(job))
  }

  report(unit: number, fraction: number, note: string | undefined): void {
    this.send([p.reported, unit, fraction, note])
    this.flush()
  }

  /** An error that no task caught: the only one that runs must have caused it. */
  #stray(error: unknown): void {
    const units = [...this.#running]
    const unit = units[0]
    if (units.length === 1 && unit && !unit.settled && !unit.atExit) {
      unit.send([p.failed, unit.unit, encodeThrown(error)])
      unit.settled = true
      this.#running.delete(unit)
      this.pump()
    } else this.send([p.workerError, encodeThrown(error)])
    this.flush()
  }

  #reportAtExit(): void {
    for (const unit of this.#running) unit.atExit?.()
    this.flush()
  }

  async #finish(): Promise<void> {
    this.#ending = false
    const { finalizer } = this.#setup
    try {
      if (finalizer) await (await this.#load(finalizer))(this.state)
    } catch (error) {
      this.send([p.workerError, encodeThrown(error)])
      this.flush()
    }
    this.#link.exit()
  }
}

/** The message again, with what cannot be cloned replaced by the reason. */
function withoutUncloneable(message: p.Message, error: unknown): p.Message[] {
  const [kind, id] = message as readonly [number, number]
  const reason = (value: unknown) => ({
    problem: error instanceof Error ? error.message : String(error),
    path: uncloneablePath(value),
    preview: safeInspect(value),
  })
  if (kind === p.called || kind === p.streamed) return [[p.unserializable, id, 0, reason(message[2])]]
  if (kind !== p.results) return [[p.workerError, encodeThrown(error)]]
  const [, , first, values, failures] = message as readonly [number, number, number, unknown[], unknown]
  const parts: p.Message[] = [[p.results, id, 0, [], failures]]
  const step = first < 0 ? 2 : 1
  for (let i = 0; i < values.length; i += step) {
    const value = values[i + step - 1]
    const offset = first < 0 ? (values[i] as number) : first + i
    const path = uncloneablePath(value)
    if (path === undefined)
      parts.push([p.results, id, first < 0 ? -1 : offset, first < 0 ? [offset, value] : [value], []])
    else parts.push([p.unserializable, id, offset, reason(value)])
  }
  return parts
}
