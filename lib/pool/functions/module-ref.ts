import type { ModuleFunction } from './function-ref.js'

// A global symbol: two copies of millrace in one program recognise each other's marks.
const mark: unique symbol = Symbol.for('millrace.task') as never

/** Marks a function as an export of a module. */
export function markAsModuleFunction<F extends object>(fn: F, url: string, name: string): F {
  Object.defineProperty(fn, mark, { value: Object.freeze({ kind: 'module', url, name }), configurable: true })
  return fn
}

export function moduleRefOf(fn: object): ModuleFunction | undefined {
  return (fn as { [mark]?: ModuleFunction })[mark]
}
