import { invalidArgument } from '../../core/errors.js'
import { TaskLoadError } from '../errors.js'
import { markAsModuleFunction } from './module-ref.js'

/** The functions that a module exports. */
export type TasksOf<M> = {
  readonly [K in keyof M as M[K] extends (...args: never[]) => unknown ? K : never]: M[K]
}

/**
 * References to the functions of a module, typed by it, for a Pool to run. Only workers load the module.
 * What it names is checked when a worker loads it: then a missing export is a TaskLoadError.
 *
 * @example
 * const tasks = importTasks<typeof import('node:path')>(new URL('./tasks.js', import.meta.url))
 */
export function importTasks<M extends object>(url: URL | string): TasksOf<M> {
  const href = String(url)
  if (!/^(file|data):/.test(href))
    throw invalidArgument("new URL('./module.js', import.meta.url)", 'the argument of importTasks', url)
  const made = new Map<string, unknown>()
  return new Proxy(Object.create(null), {
    get(_, name) {
      if (typeof name !== 'string') return undefined
      // A promise that resolves to the references must not take them for a promise.
      if (name === 'then') return undefined
      if (!made.has(name)) made.set(name, reference(href, name))
      return made.get(name)
    },
    has: (_, name) => typeof name === 'string' && name !== 'then',
  }) as TasksOf<M>
}

function reference(url: string, name: string): unknown {
  const stub = () => {
    throw new TaskLoadError(
      `${name} is a reference to a function of ${url}, which this thread has not loaded`,
      {
        hint: 'give it to a Pool or a Process, or import the module to call it here',
      },
    )
  }
  Object.defineProperty(stub, 'name', { value: name })
  return markAsModuleFunction(stub, url, name)
}
