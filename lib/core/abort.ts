// One listener a signal, however many queries share it: Node warns of a leak from the eleventh on.

interface Watch {
  readonly callbacks: Set<() => void>
  readonly listener: () => void
}

const watches = new WeakMap<AbortSignal, Watch>()

/** Calls `callback` when the signal aborts; returns a function that takes it back. Precondition: not aborted yet. */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (!signal) return () => {}
  const watch = watches.get(signal) ?? watchSignal(signal)
  // A new function each time, so that one callback can be registered twice.
  const entry = () => callback()
  watch.callbacks.add(entry)
  return () => {
    if (watch.callbacks.delete(entry) && watch.callbacks.size === 0) {
      signal.removeEventListener('abort', watch.listener)
      watches.delete(signal)
    }
  }
}

function watchSignal(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>()
  const listener = () => {
    for (const callback of [...callbacks]) callback()
  }
  const watch = { callbacks, listener }
  signal.addEventListener('abort', listener, { once: true })
  watches.set(signal, watch)
  return watch
}
