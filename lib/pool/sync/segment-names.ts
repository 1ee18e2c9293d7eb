/**
 * Names of shared memory segments, and their end. POSIX segments outlive their processes, so each name tells which
 * process made it: names are removed when they are no longer needed and when their process exits, and those of
 * processes that crashed by the next process that makes a segment (on Linux, where /dev/shm lists them).
 */
import { readdirSync, unlinkSync } from 'node:fs'
import { native } from '../../native.js'
import { isAlive, ownToken } from './owner.js'

const folder = '/dev/shm'
const pattern = /^millrace\.(\d+)\.[0-9a-f]+$/

const names = new Set<string>()
let prepared = false

/** A name that no other segment has, such as '/millrace.1234.9f86d081884c7d'; short enough for macOS. */
export function newSegmentName(): string {
  return `/millrace.${ownToken()}.${Buffer.from(crypto.getRandomValues(new Uint8Array(7))).toString('hex')}`
}

/** Marks a segment that this thread has made, whose name it removes when it exits. */
export function ownName(name: string): void {
  if (!prepared) {
    prepared = true
    removeOrphans()
    process.on('exit', () => {
      for (const own of names) removeName(own)
      removeOrphans()
    })
  }
  names.add(name)
}

/** Removes a name, false when it was gone. Attached processes keep the memory. */
export function removeName(name: string): boolean {
  names.delete(name)
  return native().sharedMemoryUnlink(name)
}

/** Removes the segments of threads that have ended without doing so. */
function removeOrphans(): void {
  for (const file of segmentFiles()) {
    const token = Number(pattern.exec(file)?.[1] ?? 0)
    if (token === 0 || isAlive(token)) continue
    try {
      unlinkSync(`${folder}/${file}`)
    } catch {
      // Another process was faster, or it belongs to another user.
    }
  }
}

function segmentFiles(): string[] {
  if (process.platform !== 'linux') return []
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
