// The argument of callbacks: columns as properties and nothing else, so that no name collides.

import { suggestion } from '../core/did-you-mean.js'
import { MillraceError } from '../core/errors.js'
import type { Schema } from '../core/schema.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { toExpr } from './expression/expression-builder.js'

const objects = new WeakMap<Schema, object>()

/** `c` in `df.filter((c) => c.Close.gt(0))`: one frozen object a schema; its getters make the expression. */
export function columnsObject(schema: Schema): object {
  const cached = objects.get(schema)
  if (cached) return cached
  const made: object = Object.freeze(defineColumns(Object.create(missingColumns(schema)) as object, schema))
  objects.set(schema, made)
  return made
}

/** Defines an own getter a column, whatever its name, on `target`. */
export function defineColumns<T extends object>(target: T, schema: Schema): T {
  for (const { name, type } of schema.fields) {
    Object.defineProperty(target, name, {
      get: () => toExpr(columnRef(name, type)),
      enumerable: true,
      configurable: true,
    })
  }
  return target
}

// What the language and tools look up on any object.
const probed: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'constructor',
  'inspect',
  'asymmetricMatch',
  'nodeType',
  '$$typeof',
])

// The prototype is reached only for names that are no column, so a misspelt one can be told without a Proxy in the way
// of the others.
function missingColumns(schema: Schema): object {
  return new Proxy(Object.create(null), {
    get(_target, name) {
      if (typeof name === 'symbol' || probed.has(name)) return undefined
      throw new MillraceError('ERR_COLUMN_NOT_FOUND', `There is no column ${JSON.stringify(name)}`, {
        column: name,
        hint: suggestion(name, schema.names),
      })
    },
  })
}
