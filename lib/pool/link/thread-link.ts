import { workerThreads } from '../../core/builtins.js'
import type { Transferable } from '../transferable.js'
import { workerProgram } from '../worker/program.js'
import * as p from '../worker/protocol.js'
import { type Link, type LinkEvents, type LinkOptions, Tail } from './link.js'

const program = `${workerProgram}\nstartThread()\n//# sourceURL=millrace-worker.cjs`

/** A worker thread. Messages go through a port of their own, which can be emptied without waiting. */
export function threadLink(setup: p.WorkerSetup, options: LinkOptions, events: LinkEvents): Link {
  const { MessageChannel, receiveMessageOnPort, Worker } = workerThreads()
  const { port1: port, port2 } = new MessageChannel()
  const board = new Int32Array(new SharedArrayBuffer(p.boardWords * 4))
  const capture = options.stdio === 'capture'
  const worker = new Worker(program, {
    eval: true,
    workerData: { user: options.workerData, millrace: { port: port2, board, setup } },
    transferList: [port2 as Transferable],
    name: options.name,
    ...(capture && { stdout: true, stderr: true }),
    ...(options.env && { env: options.env }),
    ...(options.argv && { argv: [...options.argv] }),
    ...(options.execArgv && { execArgv: [...options.execArgv] }),
    ...(options.memoryLimit && { resourceLimits: limits(options.memoryLimit) }),
  })
  const stderr = new Tail()
  if (capture) {
    worker.stdout.resume()
    worker.stderr.on('data', chunk => stderr.add(chunk))
  }
  worker.unref()
  port.on('message', batch => events.onMessages(batch))
  port.unref()
  const drain = () => {
    for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port))
      events.onMessages(got.message)
  }
  let error: unknown
  worker.on('error', problem => {
    error = problem
  })
  worker.on('exit', exitCode => {
    drain()
    port.close()
    const outOfMemory = (error as { code?: string } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
    events.onExit({
      exitCode,
      signal: undefined,
      outOfMemory,
      error,
      stderr: capture ? stderr.text : undefined,
    })
  })

  return {
    pid: undefined,
    post(batch, transfer) {
      port.postMessage(batch, transfer)
      if (Atomics.exchange(board, p.boardParked, 0) === 1) Atomics.notify(board, p.boardParked)
    },
    started: () => Atomics.load(board, p.boardStarted),
    stop: job => Atomics.store(board, p.boardStop, job),
    yield: on => Atomics.store(board, p.boardYield, Number(on)),
    drain,
    recall: on => Atomics.store(board, p.boardRecall, Number(on)),
    kill: () => void worker.terminate(),
  }
}

/** V8 counts what JavaScript keeps; the young generation comes on top. */
function limits(bytes: number): { maxOldGenerationSizeMb: number } {
  return { maxOldGenerationSizeMb: Math.max(4, Math.round(bytes / 2 ** 20)) }
}
