import { inspect } from 'node:util'
import { type ErrorCode, isErrorCode } from './error-codes.js'
import { ownFiles } from './own-folder.js'

/** What an error knows about its place. A field is absent when it does not apply. */
export interface ErrorFacts {
  /** What to do about it. */
  readonly hint?: string | undefined
  readonly column?: string | undefined
  readonly file?: string | undefined
  /** 1-based line of the file. */
  readonly line?: number | undefined
  /** Byte offset in the file. */
  readonly offset?: number | undefined
  /** Row of the frame in memory that the query reads, counted from 0, as in `frame.slice(row, 1)`. */
  readonly row?: number | undefined
  /** The offending text, cut to 200 bytes. */
  readonly text?: string | undefined
  readonly cause?: unknown
}

const placeFields = ['column', 'file', 'line', 'offset', 'row', 'text'] as const

/**
 * The only error that millrace throws or rejects with, apart from an `AbortSignal`'s own reason.
 *
 * @example
 * try {
 *   await df.compute()
 * } catch (error) {
 *   if (error instanceof MillraceError && error.code === 'ERR_CSV_TYPE') console.error(error.file, error.line)
 * }
 */
export class MillraceError extends Error {
  /** One of a closed, documented set; stable across releases, unlike the message. */
  readonly code: ErrorCode
  declare readonly hint?: string
  declare readonly column?: string
  declare readonly file?: string
  declare readonly line?: number
  declare readonly offset?: number
  declare readonly row?: number
  declare readonly text?: string

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(
      facts.hint ? `${message}\n  hint: ${facts.hint}` : message,
      'cause' in facts ? { cause: facts.cause } : undefined,
    )
    this.code = code
    this.stack = fromCaller(this.stack)
    if (facts.hint) this.hint = facts.hint
    for (const field of placeFields) {
      const value = facts[field]
      if (value !== undefined && value !== null)
        Object.defineProperty(this, field, { value, enumerable: true })
    }
  }

  static {
    Object.defineProperty(MillraceError.prototype, 'name', {
      value: 'MillraceError',
      configurable: true,
      writable: true,
    })
  }
}

/** A stack that begins where the caller's own code does: at the line to look at. */
function fromCaller(stack: string | undefined): string {
  const lines = stack?.split('\n') ?? []
  // Own frames, and those of built-in functions that own ones called (Array.map).
  const first = lines.findIndex(
    line => isFrame(line) && !line.includes(ownFiles) && !line.includes('<anonymous>'),
  )
  if (first < 0) return lines.join('\n')
  const before = lines.slice(0, first).filter(line => !isFrame(line))
  return [...before, ...lines.slice(first).filter(line => !line.includes(ownFiles))].join('\n')
}

const isFrame = (line: string): boolean => /^\s+at /.test(line)

/** "Expected a whole number for rows but received 'ten' (string)". */
export function invalidArgument(
  expected: string,
  name: string,
  received: unknown,
  hint?: string,
): MillraceError {
  return new MillraceError(
    'ERR_INVALID_ARGUMENT',
    `Expected ${expected} for ${name} but received ${describe(received)}`,
    {
      hint,
    },
  )
}

/** A value as an error message shows it: short, never throwing, with its type when that is not plain. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'a function'
  const text = cut(safeInspect(value), 80)
  return typeof value === 'object' ? text : `${text} (${typeof value})`
}

function safeInspect(value: unknown): string {
  try {
    return inspect(value, {
      depth: 0,
      breakLength: Number.POSITIVE_INFINITY,
      maxArrayLength: 3,
      maxStringLength: 60,
    })
  } catch {
    return Object.prototype.toString.call(value)
  }
}

export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

/**
 * Turns what the engine rejected with into a MillraceError. `site` is the stack at the caller's own line: an error made
 * on another thread has no JavaScript frames of its own, so it borrows those.
 */
export function fromNative(error: unknown, site?: CallSite): MillraceError {
  if (error instanceof MillraceError) return error
  const raw = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Record<
    string,
    unknown
  >
  const code = isErrorCode(raw.code) ? raw.code : 'ERR_INTERNAL'
  const facts: Record<string, unknown> = { hint: raw.hint || undefined }
  for (const field of placeFields) {
    if (raw[field] !== '' && raw[field] !== -1) facts[field] = raw[field]
  }
  if (code === 'ERR_INTERNAL') facts.cause = error
  const made = new MillraceError(code, String(raw.message ?? 'the engine failed without a message'), facts)
  if (site) graft(made, site)
  return made
}

/** A stack remembered for later; see `callSite`. */
export interface CallSite {
  readonly stack?: string
}

/** The stack from the caller of `below` upwards. Costs a few microseconds: formatted only when read. */
export function callSite(below: (...args: never[]) => unknown): CallSite {
  const site: { stack?: string } = {}
  Error.captureStackTrace(site, below)
  return site
}

/** Its lines from the caller's own code on. */
export function framesOf(site: CallSite): string {
  return fromCaller(site.stack).split('\n').filter(isFrame).join('\n')
}

function graft(error: Error, site: CallSite): void {
  const frames = framesOf(site)
  if (frames === '') return
  const stack = `${error.name}: ${error.message}\n${frames}`
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
}
