import { ArrowWriter } from '../arrow/write-arrow.js'
import { readOptions } from '../core/options.js'
import type { PlanNode } from '../plan/step/node.js'
import { type Batches, streamBatches } from './batches.js'
import { engineReaders, type RunOptions } from './run-options.js'
import { type ArrowOptions, arrowReaders, joined, writtenFields } from './table/arrow-bytes.js'
import { columnsOf } from './table/table.js'

/** Options of a frame's `toArrow`. */
export interface ArrowStreamOptions extends ArrowOptions, Omit<RunOptions, 'progress' | 'onProgress'> {}

/** Starts nothing before the first piece is asked for. Throws at once for wrong options. */
export function streamArrow(
  plan: PlanNode,
  options: unknown,
  method: (...args: never[]) => unknown,
): AsyncIterableIterator<Uint8Array> {
  const {
    format = 'stream',
    batchRows,
    ...engine
  } = readOptions<ArrowStreamOptions>(options, 'toArrow', { ...arrowReaders, ...engineReaders })
  const size = batchRows === undefined ? {} : { size: batchRows }
  const batches = streamBatches(plan, { ...engine, ...size }, method)
  return pieces(batches, new ArrowWriter(writtenFields(plan.schema), format))
}

async function* pieces(batches: Batches, writer: ArrowWriter): AsyncGenerator<Uint8Array, undefined> {
  yield joined(writer.head())
  for await (const table of batches) {
    for (const batch of writer.batches(columnsOf(table), table.length, table.length)) yield joined(batch)
  }
  yield joined(writer.end())
  return undefined
}
