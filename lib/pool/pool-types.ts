import type { MapOptions, Returns } from './pool-options.js'
import type { TaskContext } from './worker/task-context.js'

/** A function over items; it gets a context when it declares a second parameter. */
export type Mapped<T, R> = (item: T, context: TaskContext<any>) => R

export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>

interface ReturnArrays {
  float64: Float64Array
  float32: Float32Array
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  uint8: Uint8Array
  uint16: Uint16Array
  uint32: Uint32Array
  bigint64: BigInt64Array
  biguint64: BigUint64Array
}

/** What a map gives: an array, a typed array, or how each item ended. */
export type MapResult<R, O extends MapOptions> = O extends { readonly onError: 'collect' }
  ? PromiseSettledResult<R>[]
  : O extends { readonly returns: infer K extends Exclude<Returns, 'auto'> }
    ? ReturnArrays[K]
    : R[]
