// The rows that a function gave: they stay in the shared memory where workers put them, and the engine reads them there.
import type { ReturnedColumn, ReturnedField } from '../core/column-functions.js'
import { MillraceError } from '../core/errors.js'
import type { Schema } from '../core/schema.js'
import { type NativeChunkColumn, type NativeColumnInput, native } from '../native.js'
import { type MemoryScanNode, markMade, memoryScanNode } from '../plan/step/memory-scan.js'
import { type PlanNode, planOrder } from '../plan/step/node.js'
import { emptyColumn } from './shared-column.js'

const sizes = new WeakMap<object, number>()

/** Bytes of shared memory that functions have filled for the plan. */
export function bytesOfFunctions(plan: PlanNode): number {
  let bytes = 0
  for (const node of planOrder(plan))
    if (node.kind === 'memoryScan') bytes += sizes.get(node.handle as object) ?? 0
  return bytes
}

/** Counts them for a frame, by its handle. */
export function countBytes(handle: object, bytes: number): void {
  sizes.set(handle, bytes)
  markMade(handle)
}

/** For the engine to read where they are. */
export function lentColumns(columns: readonly ReturnedColumn[]): NativeChunkColumn[] {
  return columns.map(column => ({ ...(column as NativeColumnInput), borrow: true }))
}

export class FunctionRows {
  readonly #chunks: NativeChunkColumn[][] = []
  #rows = 0
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** `bytes` that they keep alive. */
  add(rows: number, columns: readonly ReturnedColumn[], bytes: number): void {
    if (rows === 0) return
    this.#chunks.push(lentColumns(columns))
    this.#rows += rows
    this.#bytes += bytes
  }

  plan(fields: readonly ReturnedField[], schema: Schema): MemoryScanNode {
    const handle =
      this.#chunks.length > 0
        ? native().frameBorrow(this.#chunks, [])
        : native().frameCreate(fields.map(emptyColumn))
    countBytes(handle, this.#bytes)
    return memoryScanNode(handle, schema, this.#rows)
  }
}

/** Refuses a batch that is too large even alone. */
export function checkBatch(bytes: number, limit: number | undefined, verb: string): void {
  if (limit === undefined || bytes <= limit) return
  throw new MillraceError(
    'ERR_MEMORY_LIMIT',
    `a batch of ${verb} and what the function gave for it take ${bytes} bytes; the part of memoryLimit for batches is ${limit}`,
    { hint: 'raise memoryLimit, return fewer rows or columns, or make batches smaller with the option size' },
  )
}

/** What holds memory for patterns. */
export const patternVerb = 'a step of patterns'

/** Refuses more than the query may hold. */
export function checkMemory(bytes: number, limit: number | undefined, verb: string): void {
  if (limit === undefined || bytes <= limit) return
  throw new MillraceError(
    'ERR_MEMORY_LIMIT',
    `what ${verb} holds (batches in workers, and all that they gave) takes ${bytes} bytes; memoryLimit is ${limit}`,
    {
      hint:
        verb === patternVerb
          ? 'raise memoryLimit, or filter and select what is needed before patterns look at it'
          : 'raise memoryLimit, return fewer rows or columns, or make batches smaller with the option size',
    },
  )
}
