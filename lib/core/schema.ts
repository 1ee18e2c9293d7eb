import { suggestion } from './did-you-mean.js'
import { type DataType, type DTypeText, typeText } from './dtypes.js'
import { describe, MillraceError } from './errors.js'

export interface Field {
  readonly name: string
  readonly type: DataType
}

/**
 * The columns of a frame in order. Immutable. Names are data: a Map keeps `__proto__` and `constructor` harmless.
 * Derived schemas are new objects; getters are cached on their identity.
 */
export class Schema {
  readonly fields: readonly Field[]
  readonly names: readonly string[]
  readonly #positions: ReadonlyMap<string, number>

  /** Throws ERR_DUPLICATE_COLUMN. */
  constructor(fields: readonly Field[]) {
    const positions = new Map<string, number>()
    for (const { name } of fields) {
      if (positions.has(name)) {
        throw new MillraceError(
          'ERR_DUPLICATE_COLUMN',
          `There would be two columns named ${JSON.stringify(name)}`,
          {
            column: name,
            hint: 'give one of them another name',
          },
        )
      }
      positions.set(name, positions.size)
    }
    this.fields = Object.freeze([...fields])
    this.names = Object.freeze(fields.map(field => field.name))
    this.#positions = positions
    Object.freeze(this)
  }

  has(name: string): boolean {
    return this.#positions.has(name)
  }

  /** -1 when there is no such column. */
  indexOf(name: string): number {
    return this.#positions.get(name) ?? -1
  }

  /** Throws ERR_COLUMN_NOT_FOUND with a did-you-mean. */
  field(name: unknown): Field {
    const field = typeof name === 'string' ? this.fields[this.indexOf(name)] : undefined
    if (field) return field
    if (typeof name !== 'string') {
      throw new MillraceError(
        'ERR_INVALID_ARGUMENT',
        `Expected the name of a column but received ${describe(name)}`,
      )
    }
    throw new MillraceError('ERR_COLUMN_NOT_FOUND', `There is no column ${JSON.stringify(name)}`, {
      column: name,
      hint: suggestion(name, this.names),
    })
  }

  /** `{ Date: 'date', Open: 'float64?' }`, a fresh frozen object whose keys are own properties whatever their names. */
  toObject(): Readonly<Record<string, DTypeText>> {
    return Object.freeze(Object.fromEntries(this.fields.map(field => [field.name, typeText(field.type)])))
  }
}
