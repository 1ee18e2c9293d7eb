// A key of a sort with its direction.
import { inspect } from 'node:util'
import { formatExpr } from '../plan/expression/format.js'
import type { ExprNode } from '../plan/expression/node.js'

export interface SortKeyOptions {
  /** Where rows whose value is null go, whatever the direction; default last. */
  readonly nulls?: 'first' | 'last'
}

export interface SortOptions extends SortKeyOptions {
  /** The largest value first, for the keys that do not say themselves; default false. */
  readonly descending?: boolean
}

/** A key of `sortBy` with its direction; made by `asc` and `desc`. */
export class SortOrder {
  readonly #key: string | ExprNode
  readonly #descending: boolean
  readonly #nulls: 'first' | 'last' | undefined

  constructor(key: string | ExprNode, descending: boolean, nulls: 'first' | 'last' | undefined) {
    this.#key = key
    this.#descending = descending
    this.#nulls = nulls
    Object.freeze(this)
  }

  static isOrder(value: unknown): value is SortOrder {
    return typeof value === 'object' && value !== null && #key in value
  }

  static read(order: SortOrder): { key: string | ExprNode; descending: boolean; nulls?: 'first' | 'last' } {
    const nulls = order.#nulls
    return { key: order.#key, descending: order.#descending, ...(nulls && { nulls }) }
  }

  toString(): string {
    const name = typeof this.#key === 'string' ? this.#key : formatExpr(this.#key, 60)
    return `${name} ${this.#descending ? 'descending' : 'ascending'}`
  }

  [inspect.custom](): string {
    return `SortOrder(${this})`
  }
}
