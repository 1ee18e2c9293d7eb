// Names are resolved when a scope ends, so that hoisting needs no second pass: what is not declared goes to the parent.

export type ScopeKind = 'function' | 'arrow' | 'method' | 'block' | 'initializer'

// Treated as names that the right kind of function declares.
const implied: Readonly<Record<ScopeKind, readonly string[]>> = {
  function: ['this', 'arguments', 'new.target'],
  method: ['this', 'arguments', 'new.target', 'super'],
  initializer: ['this', 'new.target', 'super'],
  arrow: [],
  block: [],
}

export class Scope {
  readonly kind: ScopeKind
  readonly parent: Scope | undefined
  readonly #declared: Set<string>
  /** Name -> position of its first use. */
  readonly references: Map<string, number> = new Map()
  /** Names under `typeof`, which may be undeclared. */
  readonly guarded: Set<string> = new Set()

  constructor(kind: ScopeKind, parent?: Scope) {
    this.kind = kind
    this.parent = parent
    this.#declared = new Set(implied[kind])
    // The outermost function leaves behind what it was a method of.
    if (parent && !parent.parent) for (const name of ['this', 'super']) this.#declared.delete(name)
  }

  declare(name: string): void {
    this.#declared.add(name)
  }

  /** For `var`, which belongs to the whole function. */
  declareInFunction(name: string): void {
    let scope: Scope = this
    while (scope.kind === 'block' && scope.parent) scope = scope.parent
    scope.declare(name)
  }

  refer(name: string, position: number): void {
    if (!this.references.has(name)) this.references.set(name, position)
  }

  /** Hands what is not declared here to the parent. */
  close(): void {
    for (const name of this.#declared) this.references.delete(name)
    if (!this.parent) return
    for (const [name, position] of this.references) this.parent.refer(name, position)
    for (const name of this.guarded) if (!this.#declared.has(name)) this.parent.guarded.add(name)
  }
}
