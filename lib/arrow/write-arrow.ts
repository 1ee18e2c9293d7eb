// The stream and the file format: a schema, then batches, with the texts that their dictionaries still lack before them.
import { FlatWriter, int8, int16, int64, type Part, part, structs, table } from './flatbuffer-writer.js'
import { type Body, BodyWriter, dictionaryPart, type WrittenColumn } from './write-batch.js'
import { schemaPart, type WrittenField } from './write-schema.js'

export type ArrowFormat = 'stream' | 'file'

const metadataVersion = 4
const headers = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const

/** Positions of texts are 32 bits wide, so a batch has fewer bytes of text in a column. */
const mostTextBytes = 2 ** 31 - 1

export class ArrowWriter {
  readonly #format: ArrowFormat
  readonly #fields: readonly WrittenField[]
  /** By column of dtype dict: the codes of the texts that were written. */
  readonly #written: readonly Map<string, number>[]
  readonly #dictionaryBlocks: bigint[] = []
  readonly #batchBlocks: bigint[] = []
  #position = 0

  constructor(fields: readonly WrittenField[], format: ArrowFormat) {
    this.#fields = fields
    this.#format = format
    this.#written = fields.map(() => new Map())
  }

  head(): Uint8Array[] {
    const magic = this.#format === 'file' ? [this.#count(ascii('ARROW1\0\0'))] : []
    return [...magic, ...this.#message(headers.schema, schemaPart(this.#fields), undefined)]
  }

  /** Rows of a result as batches of `batchRows`, or fewer where their text is long. */
  *batches(columns: readonly WrittenColumn[], rows: number, batchRows: number): Generator<Uint8Array[]> {
    for (let first = 0; first < rows; ) {
      const count = Math.min(batchRows, rows - first, ...columns.map(column => rowsOfText(column, first)))
      yield this.#batch(columns, first, count)
      first += count
    }
  }

  end(): Uint8Array[] {
    const end = this.#count(new Uint8Array([255, 255, 255, 255, 0, 0, 0, 0]))
    if (this.#format === 'stream') return [end]
    const footer = FlatWriter.write(
      table(
        int16(metadataVersion),
        part(schemaPart(this.#fields)),
        part(structs(this.#dictionaryBlocks, 3)),
        part(structs(this.#batchBlocks, 3)),
      ),
    )
    return [end, footer, uint32(footer.length), ascii('ARROW1')]
  }

  #batch(columns: readonly WrittenColumn[], first: number, rows: number): Uint8Array[] {
    const parts: Uint8Array[] = []
    const body = new BodyWriter(rows)
    for (const [i, column] of columns.entries()) {
      body.column(column, first, column.codes ? this.#codes(i, column, first, rows, parts) : undefined)
    }
    const batch = body.finish()
    return [...parts, ...this.#message(headers.recordBatch, batch.header, batch, this.#batchBlocks)]
  }

  /** Codes of the dictionary as written, after `parts` got what it lacked. */
  #codes(index: number, column: WrittenColumn, first: number, rows: number, parts: Uint8Array[]): Int32Array {
    const written = this.#written[index] as Map<string, number>
    const isDelta = this.#dictionaries.has(index)
    const missing: string[] = []
    const translation = (column.categories ?? []).map(text => {
      const known = written.get(text)
      if (known !== undefined) return known
      missing.push(text)
      written.set(text, written.size)
      return written.size - 1
    })
    if (missing.length > 0 || !isDelta) parts.push(...this.#dictionary(index, missing, isDelta))
    // A null row has no code; readers may look one up nevertheless.
    const codes = (column.codes as Int32Array).subarray(first, first + rows)
    return codes.map(code => (code < 0 ? 0 : (translation[code] as number)))
  }

  readonly #dictionaries = new Set<number>()

  #dictionary(index: number, texts: readonly string[], isDelta: boolean): Uint8Array[] {
    this.#dictionaries.add(index)
    const writer = new BodyWriter(texts.length)
    writer.texts(texts)
    const body = writer.finish()
    const header = dictionaryPart(index, body, isDelta)
    return this.#message(headers.dictionaryBatch, header, body, this.#dictionaryBlocks)
  }

  #message(kind: number, header: Part, body: Body | undefined, blocks?: bigint[]): Uint8Array[] {
    const length = body?.length ?? 0
    const metadata = FlatWriter.write(table(int16(metadataVersion), int8(kind), part(header), int64(length)))
    const prefix = new Uint8Array(8)
    prefix.fill(255, 0, 4)
    prefix.set(uint32(metadata.length), 4)
    blocks?.push(BigInt(this.#position), BigInt(prefix.length + metadata.length), BigInt(length))
    return [prefix, metadata, ...(body?.parts ?? [])].map(each => this.#count(each))
  }

  #count(bytes: Uint8Array): Uint8Array {
    this.#position += bytes.length
    return bytes
  }
}

/** How many rows from `first` on have less text than a batch can hold; at least one. */
function rowsOfText({ offsets }: WrittenColumn, first: number): number {
  if (!offsets) return Number.POSITIVE_INFINITY
  const rows = offsets.length - 1 - first
  const base = offsets[first] as number
  if ((offsets[first + rows] as number) - base <= mostTextBytes) return rows
  let low = 1
  let high = rows
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((offsets[first + middle] as number) - base <= mostTextBytes) low = middle
    else high = middle - 1
  }
  return low
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, character => character.charCodeAt(0))

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}
