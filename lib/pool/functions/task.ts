import { invalidArgument } from '../../core/errors.js'
import { markAsModuleFunction } from './module-ref.js'
import type { AnyFunction } from './ship-function.js'
import { registeredTasks } from './task-registry.js'

/**
 * Marks a function of a module as one that workers may run by importing that module; it stays callable as before.
 * In Python every top-level function is one. Costs nothing. Throws ERR_INVALID_ARGUMENT for a URL that is no file.
 *
 * @example
 * const square = task(import.meta.url, 'square', (x: number) => x * x)
 */
export function task<F extends AnyFunction>(url: string | URL, name: string, fn: F): F {
  const href = String(url)
  if (!/^(file|data):/.test(href)) throw invalidArgument('import.meta.url', 'the first argument of task', url)
  if (typeof name !== 'string' || name === '')
    throw invalidArgument('a name', 'the second argument of task', name)
  if (typeof fn !== 'function') throw invalidArgument('a function', 'the third argument of task', fn)
  registeredTasks().set(`${href}#${name}`, fn)
  return markAsModuleFunction(fn, href, name)
}
