// Node's own modules that take milliseconds to load, and that many a program which imports millrace never needs: each is
// loaded at its first use. Importing millrace costs a fifth less for it.

type Builtins = {
  'node:child_process': typeof import('node:child_process')
  'node:v8': typeof import('node:v8')
  'node:worker_threads': typeof import('node:worker_threads')
  'node:zlib': typeof import('node:zlib')
}

function builtin<Name extends keyof Builtins>(name: Name): () => Builtins[Name] {
  let loaded: Builtins[Name] | undefined
  return () => {
    loaded ??= process.getBuiltinModule(name) as Builtins[Name]
    return loaded
  }
}

export const childProcess = builtin('node:child_process')
export const v8 = builtin('node:v8')
export const workerThreads = builtin('node:worker_threads')
export const zlib = builtin('node:zlib')
