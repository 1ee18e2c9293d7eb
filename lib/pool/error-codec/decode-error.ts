import { MillraceError } from '../../core/errors.js'
import * as poolErrors from '../errors.js'
import * as sync from '../sync/errors.js'
import type { EncodedError, EncodedThrow, EncodedValue } from './encode-error.js'

type ErrorClass = new (...args: never[]) => Error

const languageClasses: Readonly<Record<string, ErrorConstructor>> = Object.freeze(
  Object.assign(Object.create(null), {
    Error,
    TypeError,
    RangeError,
    SyntaxError,
    ReferenceError,
    EvalError,
    URIError,
  }),
)
const ownClasses: Readonly<Record<string, ErrorClass>> = Object.freeze(
  Object.assign(Object.create(null), { MillraceError }, poolErrors, {
    QueueFull: sync.QueueFull,
    QueueEmpty: sync.QueueEmpty,
    QueueClosed: sync.QueueClosed,
    EndOfPipe: sync.EndOfPipe,
    BufferTooShort: sync.BufferTooShort,
    BrokenBarrier: sync.BrokenBarrier,
  }),
)

/**
 * The thrown value: an error is one of the same class of the language (or of millrace) with its properties, its chain of
 * causes, and its stack in the worker above `frames`, the stack of the caller. An error of a class of the user's has
 * a class of the same name.
 */
export function decodeThrown(encoded: EncodedThrow, frames = ''): unknown {
  const made: unknown[] = []
  const decode = (value: EncodedValue): unknown => {
    if (value.kind === 'value') return value.value
    if (value.kind === 'text') return value.text
    return made[value.index]
  }
  // First all errors, then what hangs on them, which may be any of them.
  for (const error of encoded.errors) made.push(instantiate(error))
  encoded.errors.forEach((source, index) => {
    const error = made[index] as Error
    for (const [name, value] of source.props) define(error, name, decode(value), true)
    if (source.cause) define(error, 'cause', decode(source.cause), false)
    if (source.errors) define(error, 'errors', source.errors.map(decode), false)
  })
  const { thrown } = encoded
  if (thrown.kind === 'error' && frames) {
    const error = made[thrown.index] as Error
    define(error, 'stack', `${error.stack}\n${frames}`, false)
  }
  return decode(thrown)
}

function instantiate({ className, base, name, message, stack }: EncodedError): Error {
  const error = construct(className, base, message, name)
  if (error.name !== name) define(error, 'name', name, false)
  define(error, 'stack', stack, false)
  return error
}

function construct(className: string, base: string, message: string, name: string): Error {
  if (base === 'DOMException') return new DOMException(message, name)
  const own = ownClasses[className]
  // The constructors of our own classes take other arguments: their prototypes are enough.
  if (own) return Reflect.construct(Error, [message], own) as Error
  if (base === 'AggregateError')
    return Reflect.construct(
      AggregateError,
      [[], message],
      namedClass(className, AggregateError as ErrorClass),
    )
  const parent = languageClasses[base] ?? Error
  return Reflect.construct(parent, [message], namedClass(className, parent as ErrorClass)) as Error
}

const namedClasses = new Map<string, ErrorClass>()
const mostClasses = 1_000

/** A class of that name above `base`: the user's own class is not known in this thread. */
function namedClass(className: string, base: ErrorClass): ErrorClass {
  if (className === base.name) return base
  const key = `${base.name} ${className}`
  let made = namedClasses.get(key)
  if (!made) {
    made = class extends base {}
    Object.defineProperty(made, 'name', { value: className })
    if (namedClasses.size < mostClasses) namedClasses.set(key, made)
  }
  return made
}

function define(error: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, name, { value, enumerable, configurable: true, writable: true })
}
