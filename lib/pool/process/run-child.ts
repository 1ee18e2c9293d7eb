/** What a process, or thread, that a Process started does. */
import { inspect } from 'node:util'
import { parentPort } from 'node:worker_threads'
import { encodeThrown } from '../error-codec/encode-error.js'
import { loadFunction } from '../functions/load-function.js'
import { unpack } from '../sync/kinds.js'
import { endWithParent } from '../worker/parent-watch.js'
import { becomeProcess } from './current-process.js'
import type { FailureMessage, StartMessage, Work } from './start-message.js'

export async function runChild(message: StartMessage): Promise<void> {
  becomeProcess(message)
  if (!parentPort) watchParent(message)
  try {
    const { target, args } = unpack(message.packed) as Work
    const fn = await loadFunction(target, { currentTask: () => undefined, loader: 'auto' })
    await fn(...args)
  } catch (error) {
    await fail(message.name, error)
  }
  // From here on the process ends when nothing of the target's is left to do, as any program.
  // Not in the turn in which the message came: Node 20 still needs the channel then.
  if (!parentPort && !message.daemon) setImmediate(() => process.disconnect?.())
  if (!parentPort && message.daemon) process.channel?.unref()
}

/** As Python does: the traceback on stderr, exit code 1. The parent gets the error too. */
async function fail(name: string, error: unknown): Promise<void> {
  process.exitCode = 1
  process.stderr.write(
    `${name} failed:\n${error instanceof Error ? (error.stack ?? error) : inspect(error)}\n`,
  )
  const failure: FailureMessage = { millraceFailure: encodeThrown(error) }
  if (parentPort) parentPort.postMessage(failure)
  else if (process.connected) await new Promise(resolve => process.send?.(failure, resolve))
  process.exit(1)
}

/** A daemon ends with its parent: at the end of the channel, and by a thread of its own while the target blocks. */
function watchParent({ daemon, parent }: StartMessage): void {
  if (!daemon) return
  process.once('disconnect', () => process.exit(0))
  endWithParent(parent.pid)
}
