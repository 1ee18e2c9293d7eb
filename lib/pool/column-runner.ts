import { onAbort } from '../core/abort.js'
import {
  type CallLimits,
  type ColumnFunctions,
  type ColumnsCall,
  type ColumnsResult,
  setColumnFunctions,
} from '../core/column-functions.js'
import { type PatternResult, setPatternRunner } from '../core/pattern-calls.js'
import type { FunctionRef, ShippedFunction } from './functions/function-ref.js'
import { type Closure, shipFunction } from './functions/ship-function.js'
import { CallUnit } from './job/call-unit.js'
import type { PoolCore } from './pool-core.js'
import { PoolTask } from './pool-task.js'

// A function that is used over columns and over items is two functions to the workers, which know one by its ref.
const refs = new WeakMap<FunctionRef, FunctionRef>()

function ownRef(ref: FunctionRef): FunctionRef {
  const known = refs.get(ref)
  if (known) return known
  const made = { ...ref }
  refs.set(ref, made)
  return made
}

const patterns: ShippedFunction = { ref: { kind: 'own', name: 'runPatterns' }, closure: undefined }

const settings = Object.freeze({
  priority: 0,
  slot: undefined,
  graceMs: 100,
  retries: 0,
  transfer: undefined,
  onProgress: undefined,
  site: undefined,
})

/** Runs functions and patterns over columns on the workers of the pool that `core` gives. */
export function installColumnFunctions(core: () => PoolCore): void {
  const run = <R>(shipped: ShippedFunction, call: unknown, { timeout, signal }: CallLimits): Promise<R> => {
    const { task, resolve, reject } = PoolTask.create<R>()
    const pool = core()
    const unit = new CallUnit(
      pool.handle(shipped),
      [call],
      { ...settings, timeoutMs: timeout },
      resolve as never,
      reject,
    )
    task.attach(unit)
    pool.submit(unit)
    return task.finally(onAbort(signal, () => unit.abort(signal.reason)))
  }

  setPatternRunner({
    get workers() {
      return core().slots
    },
    call: (call, limits) => run<readonly PatternResult[]>(patterns, call, limits),
  })

  setColumnFunctions({
    get workers() {
      return core().slots
    },

    prepare(fn: unknown, method: string, closure: Closure | undefined): ShippedFunction {
      const { ref, closure: captured } = shipFunction(fn, method, closure)
      return { ref: ownRef(ref), closure: captured, overColumns: true }
    },

    call: (prepared: unknown, call: ColumnsCall, limits: CallLimits) =>
      run<ColumnsResult>(prepared as ShippedFunction, call, limits),
  } satisfies ColumnFunctions)
}
