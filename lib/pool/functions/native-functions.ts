// Functions of the language itself have no text; they are the same in every worker, so a path names them.
import { isKnownGlobal } from './known-globals.js'

let paths: Map<unknown, string> | undefined

/** `Math.sqrt` for that function; undefined for bound functions and those of an addon. */
export function nativePath(fn: unknown): string | undefined {
  paths ??= collect()
  return paths.get(fn)
}

/** The function at such a path. */
export function nativeAt(path: string): unknown {
  let value: unknown = globalThis
  for (const key of path.split('.')) value = (value as Record<string, unknown>)[key]
  return value
}

function collect(): Map<unknown, string> {
  const found = new Map<unknown, string>()
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value = isKnownGlobal(name) ? ownValue(globalThis, name) : undefined
    if (typeof value === 'function' && !found.has(value)) found.set(value, name)
    if (value === globalThis || name === 'process' || !isObject(value)) continue
    for (const key of Object.getOwnPropertyNames(value)) {
      const member = ownValue(value, key)
      if (typeof member === 'function' && key !== 'constructor' && !found.has(member))
        found.set(member, `${name}.${key}`)
    }
  }
  return found
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

/** Accessors are left alone: reading one may load something. */
function ownValue(owner: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(owner, key)?.value
}
