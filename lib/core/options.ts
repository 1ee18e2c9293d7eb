import { suggestion } from './did-you-mean.js'
import { invalidArgument, MillraceError } from './errors.js'
import { optionElsewhere } from './options-elsewhere.js'

/** Checks one option and returns the value to use. `name` is what messages call it. */
export type OptionReader<T> = (value: unknown, name: string) => T

export type OptionReaders<T> = { readonly [K in keyof T]-?: OptionReader<T[K]> }

/**
 * Reads an options object: every key must be known (a misspelt one is named with what was meant), every value valid.
 * Absent and undefined options stay absent, so the caller's defaults apply.
 */
export function readOptions<T extends object>(
  options: unknown,
  method: string,
  readers: OptionReaders<T>,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument('an object', `the options of ${method}`, options)
  }
  const read: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(options)) {
    const reader = Object.hasOwn(readers, key) ? readers[key as keyof T] : undefined
    if (!reader) throw unknownOption(key, method, Object.keys(readers))
    if (value !== undefined) read[key] = reader(value, `${method} option ${key}`)
  }
  return read as { [K in keyof T]?: Exclude<T[K], undefined> }
}

function unknownOption(key: string, method: string, known: readonly string[]): MillraceError {
  return new MillraceError('ERR_UNKNOWN_OPTION', `${method} has no option ${JSON.stringify(key)}`, {
    hint: optionElsewhere(method, key) ?? suggestion(key, known),
  })
}

export const boolean: OptionReader<boolean> = (value, name) => {
  if (typeof value !== 'boolean') throw invalidArgument('true or false', name, value)
  return value
}

export const text: OptionReader<string> = (value, name) => {
  if (typeof value !== 'string') throw invalidArgument('a string', name, value)
  return value
}

export function oneOf<const T extends string | boolean>(...choices: readonly T[]): OptionReader<T> {
  return (value, name) => {
    if (!choices.includes(value as T))
      throw invalidArgument(choices.map(c => JSON.stringify(c)).join(' or '), name, value)
    return value as T
  }
}

export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): OptionReader<number> {
  return (value, name) => {
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
      throw invalidArgument(`a whole number ${range}`, name, value)
    }
    return value as number
  }
}

export function number(least: number, most: number): OptionReader<number> {
  return (value, name) => {
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw invalidArgument(`a number from ${least} to ${most}`, name, value)
    }
    return value
  }
}

/** One byte of ASCII: a delimiter, a quote. */
export const character: OptionReader<string> = (value, name) => {
  if (
    typeof value !== 'string' ||
    value.length !== 1 ||
    value.charCodeAt(0) > 127 ||
    value === '\n' ||
    value === '\r'
  ) {
    throw invalidArgument('one ASCII character that is not a line end', name, value)
  }
  return value
}

export function orNull<T>(reader: OptionReader<T>): OptionReader<T | null> {
  return (value, name) => (value === null ? null : reader(value, name))
}

export const texts: OptionReader<readonly string[]> = (value, name) => {
  if (!Array.isArray(value) || !value.every(item => typeof item === 'string')) {
    throw invalidArgument('an array of strings', name, value)
  }
  return [...value]
}

export const callback: OptionReader<(...args: never[]) => unknown> = (value, name) => {
  if (typeof value !== 'function') throw invalidArgument('a function', name, value)
  return value as (...args: never[]) => unknown
}

export const abortSignal: OptionReader<AbortSignal> = (value, name) => {
  // Duck-typed: a signal of another realm or a polyfill is as good.
  const signal = value as Partial<AbortSignal> | null
  if (
    typeof signal !== 'object' ||
    typeof signal?.aborted !== 'boolean' ||
    typeof signal.addEventListener !== 'function'
  ) {
    throw invalidArgument('an AbortSignal', name, value)
  }
  return value as AbortSignal
}

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** A number of bytes, or text such as '512MB', '1.5 GiB'. */
export const byteSize: OptionReader<number> = (value, name) => {
  if (typeof value === 'string') {
    const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?b)?\s*$/i.exec(value)
    const unit = match && byteUnits[(match[2] ?? '').toLowerCase()]
    if (match && unit) return byteSize(Math.floor(Number(match[1]) * unit), name)
  } else if (Number.isSafeInteger(value) && (value as number) >= 1) {
    return value as number
  }
  throw invalidArgument(
    "a number of bytes or text such as '512MB'",
    name,
    value,
    "write a whole number of bytes from 1 on, or a number and a unit: '512MB', '1.5 GiB'",
  )
}
