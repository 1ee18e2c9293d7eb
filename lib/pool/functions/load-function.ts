/**
 * From a reference to a function that can be called; runs in the worker. What goes wrong is thrown as it comes: the
 * caller says that loading failed. Imports nothing but Node and its neighbours, to keep workers quick to start.
 */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFunction, constants } from 'node:vm'
import { overColumns } from '../worker/over-columns.js'
import { runPatterns } from '../worker/patterns.js'
import type { FunctionRef, InlineFunction, ModuleFunction, ShippedFunction } from './function-ref.js'
import { importModule } from './import-module.js'
import { silenceImportWarning } from './import-warning.js'
import { registeredTasks } from './task-registry.js'

export type Callable = (...args: unknown[]) => unknown

/** What shipped functions see beside the globals. */
export interface Surroundings {
  /** Bound to the free name `currentTask`. */
  readonly currentTask: () => unknown
  /** The option `loader` of the pool: a module to import before TypeScript task files, 'auto' or 'none'. */
  readonly loader: string
}

/** A promise only for functions of modules and those that capture some. */
export function loadFunction(shipped: ShippedFunction, around: Surroundings): Callable | Promise<Callable> {
  const loaded = loadPlain(shipped, around)
  if (!shipped.overColumns) return loaded
  return loaded instanceof Promise ? loaded.then(overColumns) : overColumns(loaded)
}

function loadPlain(shipped: ShippedFunction, around: Surroundings): Callable | Promise<Callable> {
  const { ref, closure } = shipped
  if (ref.kind !== 'inline') return loadRef(ref, around)
  const names: string[] = []
  const values: unknown[] = []
  if (closure) {
    for (const [name, value] of Object.entries(closure.values)) {
      names.push(name)
      values.push(value)
    }
    const functions = Object.entries(closure.functions)
    if (functions.length > 0) return loadCaptured(ref, names, values, functions, around)
  }
  return compile(ref, names, values, around)
}

async function loadCaptured(
  ref: InlineFunction,
  names: string[],
  values: unknown[],
  functions: [string, FunctionRef][],
  around: Surroundings,
): Promise<Callable> {
  for (const [name, captured] of functions) {
    names.push(name)
    values.push(await loadRef(captured, around))
  }
  return compile(ref, names, values, around)
}

function loadRef(ref: FunctionRef, around: Surroundings): Callable | Promise<Callable> {
  if (ref.kind === 'module') return loadExport(ref, around)
  if (ref.kind === 'inline') return compile(ref, [], [], around)
  if (ref.kind === 'own') return runPatterns
  return nativeAt(ref.path) as Callable
}

/** The function at a path such as `Math.sqrt`. */
function nativeAt(path: string): unknown {
  let value: unknown = globalThis
  for (const key of path.split('.')) value = (value as Record<string, unknown>)[key]
  return value
}

async function loadExport({ url, name }: ModuleFunction, around: Surroundings): Promise<Callable> {
  const module = await importModule(url, around.loader)
  const wanted = module[name] ?? (module.default as Record<string, unknown> | undefined)?.[name]
  const found = typeof wanted === 'function' ? wanted : registeredTasks().get(`${url}#${name}`)
  if (typeof found === 'function') return found as Callable
  const exported = Object.keys(module).filter(key => typeof module[key] === 'function')
  throw new Error(
    `${url} exports no function ${JSON.stringify(name)}; it exports ${exported.join(', ') || 'none'}`,
  )
}

// One factory a text: the functions made by it share optimized code.
const factories = new Map<string, Callable>()
const mostFactories = 1_000

function compile(
  ref: InlineFunction,
  names: readonly string[],
  values: readonly unknown[],
  around: Surroundings,
): Callable {
  const key = `${names} ${ref.base}:${ref.line}:${ref.column} ${ref.source}`
  let factory = factories.get(key)
  if (!factory) {
    factory = compileFactory(ref, names)
    if (factories.size >= mostFactories) factories.clear()
    factories.set(key, factory)
  }
  const file = fileURLToPath(ref.base)
  const given = [createRequire(ref.base), file, dirname(file), keepName, around.currentTask]
  return factory(...given, ...ref.counters.map(() => () => counters), ...values) as Callable
}

function compileFactory(ref: InlineFunction, names: readonly string[]): Callable {
  const parameters = [
    'require',
    '__filename',
    '__dirname',
    '__name',
    'currentTask',
    ...ref.counters,
    ...names,
  ]
  const before = ref.form === 'method' ? '"use strict";return Object.values({' : '"use strict";return ('
  const after = ref.form === 'method' ? '\n})[0]' : '\n)'
  const options = { filename: ref.base, lineOffset: ref.line, columnOffset: ref.column - before.length }
  const code = `${before}${ref.source}${after}`
  if (!/\bimport\b/.test(ref.source)) return compileFunction(code, parameters, options) as Callable
  silenceImportWarning()
  // import() resolves as in the caller's file.
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
  return compileFunction(code, parameters, { ...options, importModuleDynamically } as object) as Callable
}

/** esbuild's keepNames calls this around every function. */
function keepName<F>(fn: F): F {
  return fn
}

/** Stands in for istanbul's counters: any path of properties, and increments that count nothing. */
const counters: unknown = new Proxy(
  {},
  {
    get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : counters),
    set: () => true,
  },
)
