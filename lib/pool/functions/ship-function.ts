import { invalidArgument } from '../../core/errors.js'
import { ClosureError } from '../errors.js'
import { analyseFunction, type FunctionAnalysis } from './analyse-function.js'
import { callerFile, positionInFile } from './caller-file.js'
import { importedModule, toolAdvice } from './compiler-names.js'
import type { FunctionRef, InlineFunction, ShippedClosure, ShippedFunction } from './function-ref.js'
import { injectedNames, isCoverageCounter, isKnownGlobal } from './known-globals.js'
import { moduleRefOf } from './module-ref.js'
import { nativePath } from './native-functions.js'
import { isVariableName } from './reserved-words.js'

/** Any function, whatever it takes. */
export type AnyFunction = (...args: any[]) => unknown

export type Closure = Readonly<Record<string, unknown>>

/**
 * A function in the form that travels, with what it captures. Costs a scan of the text once for every distinct text.
 * Throws ClosureError, which names the captured variables and the remedy; `method` is what the message calls the API.
 */
export function shipFunction(fn: unknown, method: string, closure?: Closure): ShippedFunction {
  if (typeof fn !== 'function') throw invalidArgument('a function', `the first argument of ${method}`, fn)
  const ref = refOf(fn as AnyFunction, method, closure)
  if (closure && ref.kind !== 'inline')
    throw new ClosureError(
      `the function given to ${method} is no inline function, so it can have no closure`,
      {
        hint: 'pass the values as arguments',
      },
    )
  return { ref, closure: closure && shipClosure(closure, method) }
}

const byFunction = new WeakMap<AnyFunction, FunctionRef>()
// Fresh arrows of one text, as in a loop, share what was found out. Bounded: texts can be made without end.
const byText = new Map<string, InlineFunction>()
const mostTexts = 1_000

function refOf(fn: AnyFunction, method: string, closure: Closure | undefined): FunctionRef {
  const module = moduleRefOf(fn)
  if (module) return module
  const known = closure ? undefined : byFunction.get(fn)
  if (known) return known
  const source = Function.prototype.toString.call(fn)
  const key = closure ? `${Object.keys(closure)}\0${source}` : source
  const ref = byText.get(key) ?? inspect(fn, source, method, closure ?? {})
  if (ref.kind === 'inline' && !ref.base.startsWith('relative ')) {
    if (byText.size >= mostTexts) byText.clear()
    if (!needsBase.has(ref)) byText.set(key, ref)
  }
  if (!closure) byFunction.set(fn, ref)
  return ref
}

// Refs whose meaning depends on the file they stand in: the same text elsewhere is another function.
const needsBase = new WeakSet<FunctionRef>()

function inspect(fn: AnyFunction, source: string, method: string, closure: Closure): FunctionRef {
  const analysis = analyseFunction(source)
  if (analysis === 'native') return nativeRef(fn, method)
  if (analysis === 'class' || analysis === 'accessor') {
    throw new ClosureError(`${method} was given a ${analysis}, and only functions can run in a worker`, {
      hint: 'move it into a module and use importTasks() for a function that uses it',
    })
  }
  const base = callerFile()
  const place = positionInFile(base, source)
  if (analysis) checkFree(analysis, source, method, closure, place?.line)
  const ref: InlineFunction = {
    kind: 'inline',
    form: analysis?.form ?? 'expression',
    source,
    name: fn.name,
    base,
    line: place?.line ?? 0,
    column: place?.column ?? 0,
    counters: analysis ? [...analysis.free.keys()].filter(isCoverageCounter) : [],
  }
  const relative = ['require', '__filename', '__dirname']
  if (!analysis || analysis.usesImport || relative.some(name => analysis.free.has(name))) needsBase.add(ref)
  return ref
}

function nativeRef(fn: AnyFunction, method: string): FunctionRef {
  const path = nativePath(fn)
  if (path) return { kind: 'native', path }
  const name = fn.name.startsWith('bound ') ? 'a bound function' : `the native function ${fn.name}`
  throw new ClosureError(`${method} was given ${name}, whose code cannot be read`, {
    hint: 'wrap it in an arrow function, and pass what it was bound to as an argument or as closure: { ... }',
  })
}

function shipClosure(closure: Closure, method: string): ShippedClosure {
  const values: Record<string, unknown> = Object.create(null)
  const functions: Record<string, FunctionRef> = Object.create(null)
  for (const [name, value] of Object.entries(closure)) {
    if (!isVariableName(name))
      throw new ClosureError(
        `closure of ${method} has the key ${JSON.stringify(name)}, which is no variable name`,
      )
    if (typeof value === 'function')
      functions[name] = refOf(value as AnyFunction, `closure ${name} of ${method}`, undefined)
    else values[name] = value
  }
  return { values: { ...values }, functions: { ...functions } }
}

function checkFree(
  { free }: FunctionAnalysis,
  source: string,
  method: string,
  closure: Closure,
  firstLine: number | undefined,
): void {
  const lineOf = (position: number) => (firstLine ?? 0) + source.slice(0, position).split('\n').length
  const missing: string[] = []
  for (const [name, position] of free) {
    if (
      Object.hasOwn(closure, name) ||
      isKnownGlobal(name) ||
      injectedNames.has(name) ||
      isCoverageCounter(name)
    )
      continue
    const line = lineOf(position)
    const special = specialProblem(name)
    if (special)
      throw new ClosureError(`the function given to ${method} uses ${special.what} (line ${line})`, {
        hint: special.hint,
        names: [name],
      })
    missing.push(name)
  }
  if (missing.length > 0) throw captured(missing, name => lineOf(free.get(name) as number), method)
}

function captured(names: readonly string[], lineOf: (name: string) => number, method: string): ClosureError {
  const list = names.map(name => `'${name}' (line ${lineOf(name)})`).join(', ')
  const [lives, it] = names.length === 1 ? ['lives', 'it'] : ['live', 'them']
  return new ClosureError(`the function given to ${method} uses ${list}, which ${lives} in the caller`, {
    hint: `pass ${it}: ${method}(fn, ..., { closure: { ${names.join(', ')} } }), or move the function into a module and use importTasks()`,
    names,
  })
}

function specialProblem(name: string): { what: string; hint: string } | undefined {
  const useModule = 'move the function into a module and use importTasks() or task()'
  switch (name) {
    case 'this':
      return {
        what: '`this`, which does not travel to a worker',
        hint: 'take what you need as an argument or as closure: { ... }',
      }
    case 'super':
    case '#private':
      return { what: name === 'super' ? '`super`' : 'a private field', hint: useModule }
    case 'arguments':
      return { what: '`arguments` of the function around it', hint: 'use (...args) => instead' }
    case 'new.target':
      return { what: '`new.target`', hint: useModule }
    case 'import.meta':
      return { what: '`import.meta`', hint: `inline functions are no modules: ${useModule}` }
  }
  const module = importedModule(name)
  if (module)
    return {
      what: `${name}, ${module}`,
      hint: `imports stay in the caller: await import(...) inside the function, or ${useModule}`,
    }
  const advice = toolAdvice(name)
  return advice === undefined ? undefined : { what: name, hint: advice }
}
