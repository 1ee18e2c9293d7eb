import { type CallSite, framesOf } from '../core/errors.js'
import { decodeThrown } from './error-codec/decode-error.js'
import type { EncodedThrow } from './error-codec/encode-error.js'
import { ArgumentSerializationError, ResultSerializationError, TaskLoadError } from './errors.js'
import type { ShippedHandle } from './shipped-handle.js'
import { uncloneablePath } from './worker/uncloneable-path.js'

/** What a task threw, for the caller: with both stacks, and the place of the item. */
export function thrownError(encoded: EncodedThrow, site: CallSite | undefined, taskIndex?: number): unknown {
  return withIndex(decodeThrown(encoded, site && framesOf(site)), taskIndex)
}

export function withIndex(error: unknown, taskIndex: number | undefined): unknown {
  if (taskIndex !== undefined && error instanceof Error && !('taskIndex' in error))
    Object.defineProperty(error, 'taskIndex', { value: taskIndex, configurable: true, writable: true })
  return error
}

export function loadError(encoded: EncodedThrow, fn: ShippedHandle): TaskLoadError {
  const cause = decodeThrown(encoded)
  const { ref } = fn.shipped
  const what = ref.kind === 'module' ? `${ref.name} of ${ref.url}` : 'the function or what it is given'
  const why = cause instanceof Error ? cause.message : String(cause)
  return new TaskLoadError(`a worker could not load ${what}: ${why}`, {
    cause,
    url: ref.kind === 'module' ? ref.url : undefined,
  })
}

/** What the worker says of a result that it could not send. */
export interface Uncloneable {
  readonly problem: string
  readonly path: string | undefined
  readonly preview: string
}

export function resultError({ problem, path, preview }: Uncloneable, taskIndex?: number): Error {
  return new ResultSerializationError(
    `the result cannot be sent to the caller: ${problem}${path ? ` (at ${path})` : ''}`,
    {
      path: path || undefined,
      preview,
      taskIndex,
      hint: 'return plain data: no functions, promises, sockets or class instances with such fields',
    },
  )
}

export function argumentError(error: unknown, value: unknown, what: string, taskIndex?: number): Error {
  const path = uncloneablePath(value)
  const problem = error instanceof Error ? error.message : String(error)
  return new ArgumentSerializationError(
    `${what} cannot be sent to a worker: ${problem}${path ? ` (at ${path})` : ''}`,
    {
      path: path || undefined,
      taskIndex,
      cause: error,
      hint: 'pass plain data, or load what cannot be cloned inside the task',
    },
  )
}
