import { onAbort } from '../core/abort.js'
import {
  type CallLimits,
  type ColumnFunctions,
  type ColumnsCall,
  type ColumnsResult,
  setColumnFunctions,
} from '../core/column-functions.js'
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

const settings = Object.freeze({
  priority: 0,
  slot: undefined,
  graceMs: 100,
  retries: 0,
  transfer: undefined,
  onProgress: undefined,
  site: undefined,
})

/** Runs functions over columns on the workers of the pool that `core` gives. */
export function installColumnFunctions(core: () => PoolCore): void {
  setColumnFunctions({
    get workers() {
      return core().slots
    },

    prepare(fn: unknown, method: string, closure: Closure | undefined): ShippedFunction {
      const { ref, closure: captured } = shipFunction(fn, method, closure)
      return { ref: ownRef(ref), closure: captured, overColumns: true }
    },

    call(prepared: unknown, call: ColumnsCall, { timeout, signal }: CallLimits): Promise<ColumnsResult> {
      const { task, resolve, reject } = PoolTask.create<ColumnsResult>()
      const pool = core()
      const handle = pool.handle(prepared as ShippedFunction)
      const unit = new CallUnit(handle, [call], { ...settings, timeoutMs: timeout }, resolve as never, reject)
      task.attach(unit)
      pool.submit(unit)
      return task.finally(onAbort(signal, () => unit.abort(signal.reason)))
    },
  } satisfies ColumnFunctions)
}
