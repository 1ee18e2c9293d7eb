import type { ArrowTableLike } from '../arrow/read-table.js'
import { boolean, byteSize, readOptions, texts } from '../core/options.js'
import type { DataFrame } from '../frame/frame-methods.js'
import type { Schema, Untyped } from '../frame/schema-types.js'
import { ArrowFrame } from './arrow-frame.js'

/** Bytes of the stream or the file format, whole or in pieces, or a table of the package apache-arrow. */
export type ArrowInput = Uint8Array | ArrayBuffer | readonly (Uint8Array | ArrayBuffer)[] | ArrowTableLike

export interface FromArrowOptions {
  /** Only these columns, in this order; the others may be of any type. */
  readonly columns?: readonly string[]
  /** Copies what would be read where it is; the bytes are then free to change and to be transferred. Default false. */
  readonly copy?: boolean
  /**
   * What compressed buffers, and texts that share their bytes, may take in all when unpacked: bytes or '4GB'. Default 64
   * times the input, and at least 1 GB.
   */
  readonly memoryLimit?: number | string
}

/**
 * A frame of Arrow data: IPC bytes of the stream or the file format (Feather 2), in one piece or several, an async
 * iterable of them such as a file's or a response's stream, which gives a promise, or a table of apache-arrow.
 *
 * Numbers, dates and timestamps are read where they are, as `fromColumns` does with typed arrays: leave the bytes as they
 * are while the frame is in use, or say `copy: true`. Text, bools and null bitmaps are checked and copied. O(text).
 *
 * Dictionaries of text become `dict`, of numbers what they mean; Date64 and Timestamp(s) `timestamp[ms]`, half floats float32, a column of the type
 * Null utf8 without values. A timestamp with a zone keeps its instant, and the zone is forgotten. Decimals, times, binary
 * and nested types are ERR_TYPE unless `columns` leaves them out. LZ4 is read, Zstandard from Node 22.15 on.
 * Polars: `pl.from_arrow`, `pl.read_ipc`; pandas: `pd.read_feather`.
 *
 * @example
 * const df = fromArrow(table.toArrow())
 * @example
 * const df = await fromArrow(createReadStream('prices.arrow'), { columns: ['Date', 'Open'] })
 * @throws ERR_ARROW_FORMAT for bytes that are damaged or not Arrow; ERR_TYPE for a column that has no dtype, with its
 *   name; ERR_COLUMN_NOT_FOUND, ERR_DUPLICATE_COLUMN, ERR_MEMORY_LIMIT
 */
export function fromArrow<S extends Schema = Untyped>(
  source: ArrowInput,
  options?: FromArrowOptions,
): DataFrame<S>
export function fromArrow<S extends Schema = Untyped>(
  source: AsyncIterable<Uint8Array>,
  options?: FromArrowOptions,
): Promise<DataFrame<S>>
export function fromArrow(
  source: ArrowInput | AsyncIterable<Uint8Array>,
  options?: FromArrowOptions,
): DataFrame | Promise<DataFrame> {
  const checked = readOptions<{ columns: readonly string[]; copy: boolean; memoryLimit: number }>(
    options,
    'fromArrow',
    { columns: texts, copy: boolean, memoryLimit: byteSize },
  )
  const frame = new ArrowFrame(checked)
  if (isAsync(source)) return readAll(source, frame)
  return frame.of(source)
}

const isAsync = (source: unknown): source is AsyncIterable<Uint8Array> =>
  typeof (source as Partial<AsyncIterable<Uint8Array>> | null)?.[Symbol.asyncIterator] === 'function'

async function readAll(source: AsyncIterable<Uint8Array>, frame: ArrowFrame): Promise<DataFrame> {
  for await (const piece of source) frame.add(piece)
  return frame.finish()
}
