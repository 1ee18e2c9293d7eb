import { closeSync, existsSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childProcess } from '../../core/builtins.js'
import { workerProgram } from '../worker/program.js'
import * as p from '../worker/protocol.js'
import { type Link, type LinkEvents, type LinkOptions, Tail } from './link.js'

// The program itself comes as the first message: the command line stays readable, and nothing has to lie on a disk.
const boot =
  "process.once('message',([program,title,argv,data,setup])=>{process.title=title;process.argv=[process.argv[0],'',...argv];process.execArgv=process.execArgv.filter((a,i,l)=>a!=='-e'&&l[i-1]!=='-e');require('node:worker_threads').workerData=data;" +
  "require('node:vm').runInThisContext('(function(require,process){'+program+';return startProcess})',{filename:'millrace-worker.cjs',importModuleDynamically:require('node:vm').constants.USE_MAIN_CONTEXT_DEFAULT_LOADER})(require,process)(setup)})"

let boards = 0

/** A child process. Its board is a file without a name, which it inherits open. */
export function processLink(setup: p.WorkerSetup, options: LinkOptions, events: LinkEvents): Link {
  const board = openBoard()
  const capture = options.stdio === 'capture'
  const output = capture ? 'pipe' : 'inherit'
  const heap = options.memoryLimit
    ? [`--max-old-space-size=${Math.max(4, Math.round(options.memoryLimit / 2 ** 20))}`]
    : []
  const flags = (options.execArgv ?? inheritedFlags()).filter(flag => !flag.startsWith('--inspect'))
  const child = childProcess().spawn(process.execPath, [...flags, ...heap, '-e', boot], {
    stdio: ['ignore', output, output, 'ipc', board],
    serialization: 'advanced',
    ...(options.env && { env: options.env }),
  })
  const stderr = new Tail()
  if (capture) {
    child.stdout?.resume()
    child.stderr?.on('data', chunk => stderr.add(chunk))
    unref(child.stdout)
    unref(child.stderr)
  }
  child.unref()
  child.channel?.unref()
  child.send?.([workerProgram, options.name, options.argv ?? [], options.workerData, setup], () => {})
  child.on('message', batch => events.onMessages(batch as p.Message[]))
  let error: unknown
  let over = false
  let boardOpen = true
  const ended = (exitCode: number | null, signal: NodeJS.Signals | null) => {
    if (over) return
    over = true
    const outOfMemory = signal === 'SIGABRT' || exitCode === 134
    events.onExit({
      exitCode: exitCode ?? undefined,
      signal: signal ?? undefined,
      outOfMemory,
      error,
      stderr: capture ? stderr.text : undefined,
    })
    boardOpen = false
    closeSync(board)
  }
  child.on('error', problem => {
    error = problem
    if (child.pid === undefined) ended(null, null)
  })
  // Not 'close': a grandchild may hold the pipes for long. The channel has been read to its end by then.
  child.on('exit', (code, signal) => {
    if (child.connected) {
      child.once('disconnect', () => ended(code, signal))
      setTimeout(() => ended(code, signal), 200).unref()
    } else ended(code, signal)
  })
  const word = new Int32Array(1)
  const bytes = new Uint8Array(word.buffer)

  return {
    pid: child.pid,
    post(batch) {
      if (child.connected) child.send(batch as never, () => {})
    },
    started() {
      if (!boardOpen) return 0
      return readSync(board, bytes, 0, 4, p.boardStarted * 4) === 4 ? (word[0] as number) : 0
    },
    stop(job) {
      word[0] = job
      if (boardOpen) writeSync(board, bytes, 0, 4, p.boardStop * 4)
    },
    yield() {},
    drain() {},
    recall(on) {
      word[0] = Number(on)
      if (boardOpen) writeSync(board, bytes, 0, 4, p.boardRecall * 4)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function openBoard(): number {
  const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const path = join(
    folder,
    `millrace-board-${process.pid}-${boards++}-${Math.random().toString(36).slice(2)}`,
  )
  const fd = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  writeSync(fd, new Uint8Array(p.boardWords * 4), 0, p.boardWords * 4, 0)
  return fd
}

/** The parent's flags without the program that `-e` gave it. */
function inheritedFlags(): string[] {
  return process.execArgv.filter(
    (flag, i, all) =>
      !/^(-e|--eval|-p|--print|-pe)$/.test(flag) && !/^(-e|--eval|-p|--print|-pe)$/.test(all[i - 1] ?? ''),
  )
}

function unref(stream: unknown): void {
  ;(stream as { unref?(): void } | null)?.unref?.()
}
