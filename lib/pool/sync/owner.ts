/**
 * Who holds a lock, as one word that any thread of any process can check against the kernel.
 *
 * A token is the thread's kernel id (22 bits at most) and 9 bits of its start time, so that an id that the kernel gives
 * to a new thread is not taken for the old one. `PTHREAD_MUTEX_ROBUST` would notice a death without a check, but ties a
 * lock to the kernel thread that called it: an async wait needs a second thread to make that call, which then is the
 * owner and does not die with the worker. macOS lacks it, and unmapping a held lock breaks the kernel's list of all.
 * A token belongs to the JavaScript thread itself, in threads and processes alike; the price is that waiters look
 * (20 us) whenever they have waited for a while.
 */

import { readFileSync, readlinkSync } from 'node:fs'
import { workerThreads } from '../../core/builtins.js'

const idBits = 22
const idMask = (1 << idBits) - 1
const startMask = 0x1ff

let own = 0

/** This thread's token; never 0. */
export function ownToken(): number {
  if (own === 0) own = process.platform === 'linux' ? kernelToken() : portableToken()
  return own
}

function kernelToken(): number {
  const id = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
  return id | ((statusOf(id)!.start & startMask) << idBits)
}

// Without /proc nobody can tell whether a thread lives: process id and thread number make tokens distinct, no more.
function portableToken(): number {
  return (process.pid & idMask) | (((workerThreads().threadId + 1) & startMask) << idBits)
}

/** False only when the token's thread has certainly ended. Costs a read of /proc; always true where there is none. */
export function isAlive(token: number): boolean {
  if (token === own || process.platform !== 'linux') return true
  const status = statusOf(token & idMask)
  if (status === undefined) return false
  // A process killed but not yet waited for is dead as well.
  return (
    status.start === -1 || ((status.start & startMask) === token >>> idBits && !/[ZXx]/.test(status.state))
  )
}

/** Undefined when there is no such thread; a start of -1 when the kernel would not say. */
function statusOf(id: number): { state: string; start: number } | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'latin1')
    // The name, in parentheses, may hold anything; after it come the state (field 3) and, at 22, the start time.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, start: Number(fields[19]) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ESRCH' ? undefined : { state: '?', start: -1 }
  }
}
