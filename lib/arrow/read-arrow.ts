// Messages to batches: the schema once, dictionaries as they come and change, record batches in order.

import { damaged, guarded, unsupported } from './damage.js'
import { dictionaryTexts } from './decode-text.js'
import type { FlatTable } from './flatbuffer.js'
import { BatchReader } from './read-batch.js'
import { type Message, messageKinds } from './read-message.js'
import { readSchema } from './read-schema.js'
import { type ArrowBatch, type ArrowField, type DictionaryValues, isText } from './types.js'
import type { Unpacking } from './unpacking.js'

/** Which fields are wanted, told as soon as the schema is known. */
export type ChooseFields = (fields: readonly ArrowField[]) => readonly ArrowField[]

export class ArrowReader {
  readonly #choose: ChooseFields
  readonly #unpacking: Unpacking
  readonly #dictionaries = new Map<bigint, DictionaryValues>()
  #fields: readonly ArrowField[] | undefined
  #chosen: readonly ArrowField[] = []
  /** Chosen fields by their dictionary. */
  readonly #coded = new Map<bigint, ArrowField>()

  constructor(choose: ChooseFields, unpacking: Unpacking) {
    this.#unpacking = unpacking
    this.#choose = choose
  }

  get chosen(): readonly ArrowField[] {
    if (!this.#fields) throw damaged('there is no schema')
    return this.#chosen
  }

  openSchema(schema: FlatTable, version: number): void {
    if (this.#fields) throw damaged('there is a second schema')
    this.#fields = guarded(() => readSchema(schema, version))
    this.#chosen = this.#choose(this.#fields)
    for (const field of this.#chosen) {
      if (field.dictionary) this.#coded.set(field.dictionary.id, field)
    }
  }

  /** The batch of a message, if it is one. */
  read({ kind, version, header, body }: Message): ArrowBatch | undefined {
    if (kind === messageKinds.schema) {
      this.openSchema(header, version)
    } else if (kind === messageKinds.dictionaryBatch) {
      guarded(() => this.#readDictionary(header, body))
    } else if (kind === messageKinds.recordBatch) {
      return guarded(() => this.#readBatch(header, body))
    } else {
      throw unsupported(`The Arrow data has a message of kind ${kind}`, 'only tables are read, no tensors')
    }
    return undefined
  }

  #readBatch(header: FlatTable, body: Uint8Array): ArrowBatch {
    if (!this.#fields) throw damaged('a batch before the schema')
    const reader = new BatchReader(header, body, this.#unpacking)
    const wanted = new Set(this.#chosen)
    const read = new Map(
      this.#fields.flatMap(field => {
        if (!wanted.has(field)) {
          reader.skip(field)
          return []
        }
        const column = reader.read(field)
        return [[field, field.dictionary ? { ...column, dictionary: this.#dictionaryOf(field) } : column]]
      }),
    )
    return { rows: reader.rows, columns: this.#chosen.map(field => read.get(field) as never) }
  }

  // Writers leave out a dictionary that no row needs.
  #dictionaryOf({ dictionary }: ArrowField): DictionaryValues {
    return this.#dictionaries.get(dictionary?.id as bigint) ?? { texts: [], numbers: [] }
  }

  #readDictionary(header: FlatTable, body: Uint8Array): void {
    const id = header.bigint(0)
    const field = this.#coded.get(id)
    if (!field) return
    const batch = header.table(1)
    if (!batch) throw damaged('a dictionary without content', field.name)
    const { dictionary: _, ...values } = field
    const array = new BatchReader(batch, body, this.#unpacking).read(values)
    const known = header.bool(2) ? this.#dictionaries.get(id) : undefined
    const { texts, numbers } = known ?? { texts: [], numbers: [] }
    if (isText(field.type))
      for (const text of dictionaryTexts(field, array, this.#unpacking)) texts.push(text)
    else numbers.push(array)
    this.#dictionaries.set(id, known ?? { texts, numbers })
  }
}
