// A frame in the making, of Arrow bytes as they come.
import { damaged, unsupported } from '../arrow/damage.js'
import { ArrowReader, type ChooseFields } from '../arrow/read-arrow.js'
import { isFile, openFile } from '../arrow/read-file.js'
import { MessageReader } from '../arrow/read-message.js'
import { isTableLike, readTable } from '../arrow/read-table.js'
import { ColumnConverter } from '../arrow/to-engine.js'
import type { ArrowBatch, ArrowField } from '../arrow/types.js'
import { Unpacking } from '../arrow/unpacking.js'
import { lend } from '../core/borrowed-buffer.js'
import { suggestion } from '../core/did-you-mean.js'
import { type DType, dataType } from '../core/dtypes.js'
import { fromNative, invalidArgument, MillraceError } from '../core/errors.js'
import { Schema } from '../core/schema.js'
import { frameOf } from '../frame/data-frame.js'
import type { DataFrame } from '../frame/frame-methods.js'
import { type NativeChunkColumn, native } from '../native.js'
import { memoryScanNode } from '../plan/step/memory-scan.js'
import { rowsWithoutColumns } from './from-columns.js'

export interface CheckedArrowOptions {
  readonly columns?: readonly string[]
  readonly copy?: boolean
  readonly memoryLimit?: number
}

export class ArrowFrame {
  readonly #options: CheckedArrowOptions
  readonly #unpacking: Unpacking
  readonly #reader: ArrowReader
  readonly #messages = new MessageReader()
  readonly #chunks: NativeChunkColumn[][] = []
  #rows = 0
  #converters: readonly ColumnConverter[] | undefined
  /** What came before the format was known, or all of a file. */
  #held: Uint8Array[] = []
  #format: 'unknown' | 'stream' | 'file' = 'unknown'

  constructor(options: CheckedArrowOptions) {
    this.#options = options
    this.#unpacking = new Unpacking(options.memoryLimit)
    this.#reader = new ArrowReader(this.#choose, this.#unpacking)
  }

  /** The frame of something that is there as a whole. */
  of(source: unknown): DataFrame {
    if (isTableLike(source)) {
      const { chosen, batches } = readTable(source, this.#choose, this.#unpacking)
      this.#open(chosen)
      for (const batch of batches) this.#convert(batch)
      return this.#make()
    }
    for (const piece of Array.isArray(source) ? source : [source]) this.add(piece)
    return this.finish()
  }

  add(piece: unknown): void {
    const bytes = bytesOf(piece)
    this.#unpacking.addInput(bytes.length)
    if (this.#format === 'stream') {
      this.#push(bytes)
      return
    }
    this.#held.push(bytes)
    if (this.#format === 'file') return
    const head = joined(this.#held)
    if (head.length < 8) return
    checkMagic(head)
    this.#format = isFile(head) ? 'file' : 'stream'
    if (this.#format === 'file') return
    this.#held = []
    this.#push(head)
  }

  finish(): DataFrame {
    if (this.#format === 'unknown') throw damaged('there are fewer than 8 of them')
    if (this.#format === 'file') this.#readFile(joined(this.#held))
    else this.#messages.finish()
    if (!this.#converters) this.#open(this.#reader.chosen)
    return this.#make()
  }

  readonly #choose: ChooseFields = fields => {
    const { columns } = this.#options
    if (!columns) return fields
    return columns.map(name => {
      const field = fields.find(each => each.name === name)
      if (field) return field
      throw new MillraceError(
        'ERR_COLUMN_NOT_FOUND',
        `The Arrow data has no column ${JSON.stringify(name)}, which columns names`,
        {
          column: name,
          hint: suggestion(
            name,
            fields.map(each => each.name),
          ),
        },
      )
    })
  }

  #push(bytes: Uint8Array): void {
    for (const message of this.#messages.push(bytes)) this.#take(this.#reader.read(message))
  }

  #readFile(bytes: Uint8Array): void {
    const { schema, version, messages } = openFile(bytes)
    this.#reader.openSchema(schema, version)
    this.#open(this.#reader.chosen)
    for (const message of messages()) this.#take(this.#reader.read(message))
  }

  #take(batch: ArrowBatch | undefined): void {
    // A type that cannot be read is told before the batches are.
    if (!this.#converters) this.#open(this.#reader.chosen)
    if (batch) this.#convert(batch)
  }

  #open(fields: readonly ArrowField[]): void {
    this.#converters = fields.map(
      field => new ColumnConverter(field, this.#unpacking, this.#options.copy ?? false),
    )
  }

  #convert({ rows, columns }: ArrowBatch): void {
    this.#rows += rows
    this.#chunks.push((this.#converters ?? []).map((converter, i) => converter.convert(columns[i] as never)))
  }

  #make(): DataFrame {
    const converters = this.#converters ?? []
    if (converters.length === 0) {
      this.#unpacking.reserve(this.#rows, 'row')
      return rowsWithoutColumns(this.#rows)
    }
    if (this.#chunks.length === 0) this.#chunks.push(converters.map(emptyChunk))
    const dictionaries = converters.map(({ categories }) => categories?.texts() ?? null)
    const binding = native()
    try {
      const handle = binding.frameBorrow(this.#chunks, dictionaries)
      const { rows, schema } = binding.frameInfo(handle)
      const fields = schema.map(({ name, type, nullable }) => ({
        name,
        type: dataType(type as DType, nullable),
      }))
      return frameOf(memoryScanNode(handle, new Schema(fields), rows, this.#lent().map(lend)))
    } catch (error) {
      throw asDamage(fromNative(error))
    }
  }

  #lent(): ArrayBufferLike[] {
    const buffers = this.#chunks
      .flat()
      .map(column => 'borrow' in column && column.borrow && column.data.buffer)
    return [...new Set(buffers)].filter(buffer => buffer !== false && buffer !== undefined)
  }
}

/** What the engine finds wrong with texts and positions, it says of an argument. */
function asDamage(error: MillraceError): MillraceError {
  if (error.code !== 'ERR_INVALID_ARGUMENT') return error
  return damaged(error.message.replace(`column "${error.column}" `, ''), error.column)
}

function emptyChunk({ field: { name }, dtype: type, categories }: ColumnConverter): NativeChunkColumn {
  if (categories) return { name, type, codes: new Uint32Array(0) }
  return { name, type, data: new Uint8Array(0), ...(type === 'utf8' && { offsets: new Uint32Array(1) }) }
}

function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece
  if (piece instanceof ArrayBuffer) return new Uint8Array(piece)
  throw invalidArgument(
    'Arrow IPC bytes (a Uint8Array, or an array or async iterable of them) or a table of apache-arrow',
    'fromArrow',
    piece,
    typeof piece === 'string' ? 'read a file first: fromArrow(readFileSync(path))' : undefined,
  )
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  if (only && pieces.length === 1) return only
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

// What is most often taken for Arrow.
function checkMagic(head: Uint8Array): void {
  const magic = String.fromCharCode(...head.subarray(0, 4))
  if (magic === 'PAR1') throw unsupported('This is a Parquet file', 'write it as Arrow IPC, as with pyarrow')
  if (magic === 'FEA1')
    throw unsupported('This is a Feather file of version 1', 'write it again as version 2')
}
