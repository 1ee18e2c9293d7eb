// Where a worker begins: a thread gets a port and shared memory, a child process its channel and an inherited file.
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { isImporting } from '../functions/import-module.js'
import { silenceImportWarning } from '../functions/import-warning.js'
import { FileBoard, SharedBoard } from './board.js'
import { endWithParent } from './parent-watch.js'
import { park } from './parking.js'
import * as p from './protocol.js'
import { type Link, Runtime } from './runtime.js'
import { threadCpuMs } from './thread-cpu.js'

interface ThreadData {
  readonly millrace: { port: MessagePort; board: Int32Array; setup: p.WorkerSetup }
}

/** The file descriptor that a child process inherits for its board. */
export const boardDescriptor = 4

export function startThread(): void {
  const { port, board, setup } = (workerData as ThreadData).millrace
  const link: Link = {
    post: batch => port.postMessage(batch),
    usage: () => {
      const { heapUsed, external } = process.memoryUsage()
      return [heapUsed + external, threadCpuMs()]
    },
    exit: () => process.exit(0),
  }
  const runtime = new Runtime(setup, link, new SharedBoard(board))
  const drain = (): boolean => {
    let any = false
    for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
      any = true
      runtime.receive(got.message as p.Message[])
    }
    return any
  }
  begin(runtime, () => {
    port.on('message', batch => {
      runtime.receive(batch as p.Message[])
      park(runtime, board, drain)
    })
  })
}

export function startProcess(setup: p.WorkerSetup): void {
  silenceImportWarning()
  const link: Link = {
    post: batch => {
      process.send?.(batch)
    },
    usage: () => {
      const { user, system } = process.cpuUsage()
      return [process.memoryUsage.rss(), (user + system) / 1000]
    },
    exit: () => process.exit(0),
  }
  const runtime = new Runtime(setup, link, new FileBoard(boardDescriptor))
  // The pool is gone: nobody wants the results.
  process.on('disconnect', () => process.exit(0))
  // A Ctrl-C in the terminal reaches the whole group: the parent decides what becomes of its workers.
  process.on('SIGINT', () => {})
  const parent = process.ppid
  begin(runtime, () => {
    process.on('message', batch => runtime.receive(batch as p.Message[]))
    endWithParent(parent)
  })
}

function begin(runtime: Runtime, listen: () => void): void {
  // What `lib/pool/worker-identity.ts` reads, in whatever copy of millrace the tasks import.
  Object.defineProperty(globalThis, Symbol.for('millrace.worker'), {
    value: { workerId: runtime.workerId, importing: isImporting, currentTask: () => runtime.currentContext },
  })
  runtime.start().then(
    () => {
      runtime.send([p.ready])
      runtime.flush()
      listen()
    },
    () => {}, // told and ending
  )
}
