// Properties for columns, without a Proxy: one class per schema whose prototype has a getter a column, so that property
// access is as fast as any, REPLs complete names, and `in` tells the truth. Classes are cached by the column list.
import type { Schema } from '../core/schema.js'

/** Names that a frame-like object must never have as a column, besides its own methods. */
const neverColumns = [
  'constructor',
  'then',
  'toJSON',
  'inspect',
  'asymmetricMatch',
  'nodeType',
  '$$typeof',
  '__proto__',
]

// Enough for the schemas of any program; a service that makes endless schemas only loses the sharing.
const cacheSize = 256

type Constructor = abstract new (...args: never[]) => object

/** Makes and caches the per-schema subclasses of one base class. */
export class SchemaClasses<Base extends Constructor> {
  readonly #base: Base
  readonly #kind: string
  readonly #reserved: ReadonlySet<string>
  readonly #read: (self: InstanceType<Base>, name: string) => unknown
  readonly #bySchema = new WeakMap<Schema, Base>()
  readonly #byNames = new Map<string, Base>()

  /** `read` gets a column of an instance; `kind` says in warnings what shadows it. Pandas names do not shadow. */
  constructor(
    base: Base,
    kind: string,
    read: (self: InstanceType<Base>, name: string) => unknown,
    weak: readonly string[] = [],
  ) {
    this.#base = base
    this.#kind = kind
    this.#read = read
    const own = Object.getOwnPropertyNames(base.prototype).filter(name => !weak.includes(name))
    this.#reserved = new Set([...own, ...neverColumns])
  }

  for(schema: Schema): Base {
    let found = this.#bySchema.get(schema)
    if (!found) {
      found = this.#forNames(schema.names)
      this.#bySchema.set(schema, found)
    }
    return found
  }

  #forNames(names: readonly string[]): Base {
    const key = JSON.stringify(names)
    const cached = this.#byNames.get(key)
    if (cached) return cached
    const made = this.#make(names)
    if (this.#byNames.size >= cacheSize) this.#byNames.delete(this.#byNames.keys().next().value as string)
    this.#byNames.set(key, made)
    return made
  }

  #make(names: readonly string[]): Base {
    const base = this.#base as unknown as new () => object
    const read = this.#read
    const made = class extends base {} as unknown as Base
    Object.defineProperty(made, 'name', { value: base.name })
    for (const name of names) {
      if (this.#reserved.has(name)) {
        warnShadowed(name, this.#kind)
        continue
      }
      Object.defineProperty(made.prototype, name, {
        get(this: InstanceType<Base>) {
          // Whoever prints a prototype reads its getters too.
          return this === made.prototype ? undefined : read(this, name)
        },
        enumerable: true,
        configurable: false,
      })
    }
    return made
  }
}

const warned = new Set<string>()

// One warning a name, and an end to them: hostile files have many names.
function warnShadowed(name: string, kind: string): void {
  if (warned.has(name) || warned.size >= 100) return
  warned.add(name)
  const way =
    kind === 'a frame'
      ? `df.col(${JSON.stringify(name)}) or a callback`
      : `table.col(${JSON.stringify(name)})`
  process.emitWarning(
    `The column ${JSON.stringify(name)} is not a property, because ${kind} uses that name itself`,
    {
      type: 'MillraceWarning',
      code: 'MILLRACE_COLUMN_SHADOWED',
      detail: `Reach it with ${way}.`,
    },
  )
}
