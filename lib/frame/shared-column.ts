import type { ReturnedField, SharedColumn } from '../core/column-functions.js'
import type { DType } from '../core/dtypes.js'
import type { ResultColumn } from '../core/executor.js'
import type { NativeArray, NativeColumnInput } from '../native.js'

/** A copy of the column that workers see without another. */
export function sharedColumn({
  name,
  type,
  data,
  validity,
  offsets,
  categories,
}: ResultColumn): SharedColumn {
  return {
    name,
    type: type as DType,
    data: shared(data as NativeArray),
    validity: validity && shared(validity),
    offsets: offsets && shared(offsets),
    categories: categories ?? null,
  }
}

function shared<A extends NativeArray>(values: A): A {
  const Made = values.constructor as new (buffer: SharedArrayBuffer) => A
  const copy = new Made(new SharedArrayBuffer(values.byteLength))
  copy.set(values as never)
  return copy
}

/** No row of the field. */
export function emptyColumn({ name, dtype }: ReturnedField): NativeColumnInput {
  const isText = dtype === 'utf8' || dtype === 'dict'
  return { name, type: dtype, data: new Uint8Array(0), ...(isText && { offsets: new Uint32Array(1) }) }
}
