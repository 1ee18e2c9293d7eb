/** What a Process has started: a child process or a thread, in one form. */
import { constants } from 'node:os'
import { childProcess, workerThreads } from '../../core/builtins.js'
import { entryUrl, isBundled } from '../../core/own-folder.js'
import { decodeThrown } from '../error-codec/decode-error.js'
import { type BundledStart, childModules, processBoot, threadBoot } from './bundled-child.js'
import { type FailureMessage, type StartMessage, startKey } from './start-message.js'

const entry = entryUrl('child-main')

/** How a process ended. */
export interface ExitInfo {
  /** -N when signal N ended it. */
  readonly exitCode: number
  /** What the target threw, when that was the end. */
  readonly error?: unknown
}

export interface LiveChild {
  readonly pid: number | undefined
  readonly ended: Promise<ExitInfo>
  signal(name: 'SIGTERM' | 'SIGKILL'): void
  /** Whether it keeps this process alive. */
  hold(on: boolean): void
}

export function forkChild(message: StartMessage): LiveChild {
  const child = isBundled ? spawnBundled() : forkFile()
  let thrown: { error?: unknown } = {}
  child.on('message', reply => {
    thrown = { error: decodeThrown((reply as FailureMessage).millraceFailure) }
  })
  const ended = new Promise<ExitInfo>(resolve => {
    child.once('exit', (code, signal) => {
      resolve({ exitCode: signal ? -constants.signals[signal] : (code ?? 1), ...thrown })
    })
    child.on('error', error => {
      if (child.pid === undefined) resolve({ exitCode: 1, error })
    })
  })
  // A child that dies at once closes the channel under the message: its exit says so.
  const start: BundledStart | StartMessage = isBundled ? { modules: childModules(), message } : message
  if (child.connected) child.send(start, () => {})
  return {
    pid: child.pid,
    ended,
    signal: name => void child.kill(name),
    hold(on) {
      if (on) child.ref()
      else child.unref()
      if (on) child.channel?.ref()
      else child.channel?.unref()
    },
  }
}

const forkFile = () => childProcess().fork(entry, { serialization: 'advanced', execArgv: inheritedFlags() })

const spawnBundled = () =>
  childProcess().spawn(process.execPath, [...inheritedFlags(), '-e', processBoot], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })

/** The flags of this process, but for those that name its program or its debugger's port. */
function inheritedFlags(): string[] {
  const flags = process.execArgv
  return flags.filter(
    (flag, i) =>
      !/^(-e|-p|-pe|--eval|--print|--inspect.*|--input-type=.*)$/.test(flag) &&
      !/^(-e|-p|-pe|--eval|--print)$/.test(flags[i - 1] ?? ''),
  )
}

export function threadChild(message: StartMessage): LiveChild {
  const flags = inheritedFlags()
  const worker = new (workerThreads().Worker)(isBundled ? threadBoot : entry, {
    eval: isBundled,
    workerData: { [startKey]: message, ...(isBundled && { modules: childModules() }) },
    name: message.name,
    // Not said when all are inherited: flags that are said must all be known to workers.
    ...(flags.length < process.execArgv.length && { execArgv: flags }),
  })
  let signalled = 0
  let thrown: { error?: unknown } = {}
  worker.on('message', reply => {
    thrown = { error: decodeThrown((reply as FailureMessage).millraceFailure) }
  })
  worker.on('error', error => {
    thrown = { error }
  })
  const ended = new Promise<ExitInfo>(resolve => {
    worker.once('exit', code => resolve({ exitCode: signalled ? -signalled : code, ...thrown }))
  })
  return {
    pid: process.pid,
    ended,
    signal(name) {
      signalled = constants.signals[name]
      void worker.terminate()
    },
    hold(on) {
      if (on) worker.ref()
      else worker.unref()
    },
  }
}
