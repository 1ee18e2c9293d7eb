/** Where in `value` something stands that cannot be cloned, such as `.rows[3].callback`; undefined when all can be. */
export function uncloneablePath(value: unknown): string | undefined {
  if (isCloneable(value)) return undefined
  return search(value, '', new Set()) ?? ''
}

function search(value: unknown, path: string, seen: Set<unknown>): string | undefined {
  if (typeof value !== 'object' || value === null) return path
  if (seen.has(value) || path.length > 200) return undefined
  seen.add(value)
  for (const [key, child] of children(value)) {
    if (isCloneable(child)) continue
    const found = search(child, `${path}${key}`, seen)
    if (found !== undefined) return found
  }
  return path
}

function* children(value: object): Iterable<[string, unknown]> {
  try {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) yield [`[${i}]`, value[i]]
    } else if (value instanceof Map) {
      for (const [key, child] of value) yield [`.get(${String(key)})`, child]
    } else if (value instanceof Set) {
      for (const child of value) yield ['.values()', child]
    } else {
      for (const key of Object.keys(value)) {
        yield [
          /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
          (value as Record<string, unknown>)[key],
        ]
      }
    }
  } catch {
    // A getter that throws: the container itself is what cannot be cloned.
  }
}

function isCloneable(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null) return true
  if (value instanceof SharedArrayBuffer) return true
  try {
    process.getBuiltinModule('node:v8').serialize(value)
    return true
  } catch {
    try {
      // What only threads can pass: shared memory.
      structuredClone(value)
      return true
    } catch {
      return false
    }
  }
}
