import { type ArrowFormat, ArrowWriter } from '../../arrow/write-arrow.js'
import type { WrittenField } from '../../arrow/write-schema.js'
import { MillraceError } from '../../core/errors.js'
import { integer, type OptionReaders, oneOf, readOptions } from '../../core/options.js'
import type { Schema } from '../../core/schema.js'
import type { ColumnVector } from './column-vector.js'

export interface ArrowOptions {
  /** `stream` (default), for pipes and sockets, or `file`, which is Feather 2. */
  readonly format?: ArrowFormat
  /** Rows a record batch; a batch whose text is longer than 2 GB is shorter. */
  readonly batchRows?: number
}

export const arrowReaders: OptionReaders<ArrowOptions> = {
  format: oneOf('stream', 'file'),
  batchRows: integer(1, 2 ** 31 - 1),
}

/** The whole table; one batch unless the options say otherwise. */
export function arrowBytes(
  columns: readonly ColumnVector[],
  rows: number,
  schema: Schema,
  options: unknown,
): Uint8Array {
  const { format = 'stream', batchRows = rows } = readOptions<ArrowOptions>(options, 'toArrow', arrowReaders)
  const writer = new ArrowWriter(writtenFields(schema), format)
  const parts = writer.head()
  for (const batch of writer.batches(columns, rows, batchRows)) parts.push(...batch)
  parts.push(...writer.end())
  return joined(parts)
}

export function writtenFields({ fields }: Schema): WrittenField[] {
  return fields.map(({ name, type }) => ({
    name,
    dtype: type.dtype as WrittenField['dtype'],
    nullable: type.nullable,
  }))
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = allocate(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function allocate(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch (error) {
    throw new MillraceError('ERR_MEMORY_LIMIT', `${bytes} bytes are more than one array can hold`, {
      hint: 'write the frame in pieces: for await (const piece of df.toArrow())',
      cause: error,
    })
  }
}
