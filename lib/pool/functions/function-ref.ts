/** A function in a form that travels: text or a name, never code. Plain data, so structured clone and JSON carry it. */
export type FunctionRef = InlineFunction | ModuleFunction | NativeFunction | OwnFunction

/** The text of a function. */
export interface InlineFunction {
  readonly kind: 'inline'
  readonly form: 'expression' | 'method'
  readonly source: string
  readonly name: string
  /** URL of the file that it came from: what `import()` and `require` are relative to. */
  readonly base: string
  /** Where in that file the text stands, 0-based; 0, 0 where that is not known. */
  readonly line: number
  readonly column: number
  /** Names bound to stand-ins for the counters of a coverage tool. */
  readonly counters: readonly string[]
}

/** An export of a module, or a function that the module handed to `task()`. */
export interface ModuleFunction {
  readonly kind: 'module'
  readonly url: string
  readonly name: string
}

/** A function of the language, by its path from the global object. */
export interface NativeFunction {
  readonly kind: 'native'
  readonly path: string
}

/** A function of the worker's own program. */
export interface OwnFunction {
  readonly kind: 'own'
  readonly name: 'runPatterns'
}

/** What a function captured, by name: values to clone, and functions that travel as themselves. */
export interface ShippedClosure {
  readonly values: Readonly<Record<string, unknown>>
  readonly functions: Readonly<Record<string, FunctionRef>>
}

export interface ShippedFunction {
  readonly ref: FunctionRef
  /** Undefined when nothing is captured. */
  readonly closure: ShippedClosure | undefined
  /** It takes and gives shared columns: `worker/over-columns.ts`. */
  readonly overColumns?: boolean
}

/** Two refs with the same key are the same function, apart from what they capture. */
export function refKey(ref: FunctionRef): string {
  if (ref.kind === 'native') return `native ${ref.path}`
  if (ref.kind === 'own') return `own ${ref.name}`
  if (ref.kind === 'module') return `module ${ref.url}#${ref.name}`
  return `inline ${ref.base}:${ref.line}:${ref.column} ${ref.source}`
}
