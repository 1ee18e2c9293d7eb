import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type * as Millrace from 'millrace'
import { pack, unpack } from '../../../dist/pool/shareable.js'

declare global {
  /** The package, inside a function given to `start`. */
  const millrace: typeof Millrace
}

export type Context = 'threads' | 'processes'

export interface Running<R> {
  readonly result: Promise<R>
  /** Ends it at once, at whatever instruction it is: SIGKILL, or the termination of a thread. */
  kill(): Promise<void>
  /** The process or thread itself. */
  readonly worker: Worker | ChildProcess
}

interface Reply {
  result?: unknown
  error?: { code: string; message: string; stack: string }
}

const script = new URL('./fixtures/run.mjs', import.meta.url)

/** Runs the function in a new thread or process; it must use nothing from around it but `millrace`. */
export function start<A extends unknown[], R>(
  context: Context,
  fn: (...args: A) => R | Promise<R>,
  ...args: A
): Running<R> {
  const message = { source: fn.toString(), args: pack(args, context) }
  const worker = context === 'threads' ? new Worker(script, { workerData: message }) : forked(message)
  const result = new Promise<R>((resolve, reject) => {
    ;(worker as Worker).on('message', ({ error, result }: Reply) => {
      if (error) reject(Object.assign(new Error(error.message), error))
      else resolve(unpack(result) as R)
    })
    worker.on('error', reject)
    worker.on('exit', code => reject(new Error(`ended with ${code}`)))
  })
  result.catch(() => {})
  const kill = async () => {
    if (worker instanceof Worker) await worker.terminate()
    else if (worker.exitCode === null && worker.signalCode === null) {
      worker.kill('SIGKILL')
      await once(worker, 'exit')
    }
  }
  return { result, kill, worker }
}

function forked(message: object): ChildProcess {
  const child = fork(script, { serialization: 'advanced', execArgv: [] })
  child.send(message)
  return child
}

/** Runs the function in several threads or processes at once, with its number as first argument. */
export function runAll<A extends unknown[], R>(
  context: Context,
  count: number,
  fn: (index: number, ...args: A) => R | Promise<R>,
  ...args: A
): Promise<R[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => start(context, fn, i, ...args).result))
}
