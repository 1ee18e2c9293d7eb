const key: unique symbol = Symbol.for('millrace.tasks') as never

type Registry = Map<string, (...args: never[]) => unknown>

/** `url#name` -> function, for those that `task()` was given in this thread. One for all copies of millrace. */
export function registeredTasks(): Registry {
  const holder = globalThis as { [key]?: Registry }
  holder[key] ??= new Map()
  return holder[key]
}
