import { workerThreads } from '../../core/builtins.js'
import { type StartMessage, startKey } from './start-message.js'

/** What a process, or a thread started as one, knows about itself. */
export interface ProcessInfo {
  readonly name: string
  readonly pid: number
  readonly daemon: boolean
}

let started: StartMessage | undefined

/** Called in a child, before its target. */
export function becomeProcess(message: StartMessage): void {
  started = message
}

/**
 * The process in which this runs. Python's `multiprocessing.current_process`.
 *
 * @example
 * console.log(currentProcess().name) // MainProcess
 */
export function currentProcess(): ProcessInfo {
  const { name, daemon } = started ?? { name: 'MainProcess', daemon: false }
  return { name, pid: process.pid, daemon }
}

/**
 * The process that started this one, or null when no Process did. Python's `multiprocessing.parent_process`.
 *
 * @example
 * console.log(parentProcess()) // null
 */
export function parentProcess(): { readonly name: string; readonly pid: number } | null {
  return started ? { ...started.parent } : null
}

/** The start message of a thread. */
export const threadStart = (): StartMessage | undefined => {
  const { isMainThread, workerData } = workerThreads()
  return isMainThread ? undefined : (workerData as { [startKey]?: StartMessage } | null)?.[startKey]
}
