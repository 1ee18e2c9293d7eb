/**
 * What a task threw, in a form that always travels. Nothing here throws, whatever was thrown: a value that cannot be
 * cloned becomes the text that `util.inspect` gives. Used in workers: it imports nothing but Node.
 */
import { inspect } from 'node:util'

/** A value as it travels; errors stand for themselves by their place in the table, so that cycles survive. */
export type EncodedValue =
  | { readonly kind: 'error'; readonly index: number }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string }

export interface EncodedError {
  /** Name of the class that made it. */
  readonly className: string
  /** The nearest class of the language above it. */
  readonly base: string
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly props: readonly (readonly [name: string, value: EncodedValue])[]
  cause?: EncodedValue
  errors?: readonly EncodedValue[]
}

/** A thrown value and all the errors that hang on it. */
export interface EncodedThrow {
  readonly thrown: EncodedValue
  readonly errors: readonly EncodedError[]
}

// Deeper chains end in text.
const mostErrors = 100
const special = new Set(['name', 'message', 'stack', 'cause', 'errors'])

export function encodeThrown(thrown: unknown): EncodedThrow {
  const errors: EncodedError[] = []
  const seen = new Map<unknown, number>()

  function encode(value: unknown): EncodedValue {
    if (!isErrorLike(value)) return plain(value)
    const known = seen.get(value)
    if (known !== undefined) return { kind: 'error', index: known }
    if (errors.length >= mostErrors) return { kind: 'text', text: safeInspect(value) }
    const index = errors.length
    seen.set(value, index)
    const props: [string, EncodedValue][] = []
    const encoded: EncodedError = { ...head(value), props }
    errors.push(encoded)
    for (const key of ownKeys(value)) {
      if (!special.has(key)) props.push([key, encode(get(value, key))])
    }
    if (has(value, 'cause')) encoded.cause = encode(get(value, 'cause'))
    const inner = get(value, 'errors')
    if (encoded.base === 'AggregateError' && Array.isArray(inner)) encoded.errors = inner.map(encode)
    return { kind: 'error', index }
  }

  return { thrown: encode(thrown), errors }
}

function head(error: object): Omit<EncodedError, 'props'> {
  const name = text(get(error, 'name'), 'Error')
  const message = text(get(error, 'message'), '')
  const { className, base } = classOf(error)
  return { className, base, name, message, stack: text(get(error, 'stack'), `${name}: ${message}`) }
}

const bases = new Map<unknown, string>(
  [
    Error,
    TypeError,
    RangeError,
    SyntaxError,
    ReferenceError,
    EvalError,
    URIError,
    AggregateError,
    DOMException,
  ].map(made => [made.prototype, made.name]),
)

/** Errors of another realm (`node:vm`) have other prototypes: their names decide. */
function classOf(error: object): { className: string; base: string } {
  let className = ''
  try {
    for (let made = Object.getPrototypeOf(error); made; made = Object.getPrototypeOf(made)) {
      const own = Object.hasOwn(made, 'constructor')
        ? text(get(get(made, 'constructor') as object, 'name'), '')
        : ''
      className ||= own
      const base = bases.get(made) ?? ([...bases.values()].includes(own) ? own : undefined)
      if (base) return { className, base }
    }
  } catch {
    // A proxy that refuses.
  }
  return { className: className || 'Error', base: 'Error' }
}

function isErrorLike(value: unknown): value is object {
  try {
    return (
      value instanceof Error ||
      Object.prototype.toString.call(value) === '[object Error]' ||
      value instanceof DOMException
    )
  } catch {
    return false
  }
}

function plain(value: unknown): EncodedValue {
  if (typeof value === 'function' || typeof value === 'symbol')
    return { kind: 'text', text: safeInspect(value) }
  if (typeof value !== 'object' || value === null) return { kind: 'value', value }
  try {
    process.getBuiltinModule('node:v8').serialize(value)
    return { kind: 'value', value }
  } catch {
    return { kind: 'text', text: safeInspect(value) }
  }
}

function ownKeys(value: object): string[] {
  try {
    return Object.keys(value)
  } catch {
    return []
  }
}

function get(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

function has(value: object, key: string): boolean {
  try {
    return key in value
  } catch {
    return false
  }
}

const text = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback)

/** At most 1,000 characters of what `util.inspect` says. */
export function safeInspect(value: unknown): string {
  let shown: string
  try {
    shown = inspect(value, {
      depth: 2,
      maxArrayLength: 10,
      maxStringLength: 200,
      breakLength: Number.POSITIVE_INFINITY,
    })
  } catch {
    try {
      shown = Object.prototype.toString.call(value)
    } catch {
      shown = 'a value that cannot be shown'
    }
  }
  return shown.length > 1_000 ? `${shown.slice(0, 999)}…` : shown
}
