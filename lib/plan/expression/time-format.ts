// Patterns of dates and times in the manner of strftime and strptime: what is in them is checked where they are written;
// the engine compiles them once for each query (native/expr/time_format.h).
import { invalidArgument, MillraceError } from '../../core/errors.js'

// Longer ones would let one row become an unbounded text.
const mostBytes = 256

const date = ['Y', 'y', 'm', 'B', 'b', 'h', 'd', 'e', 'j', 'F', 'D', 'A', 'a', '-d', '-m', '-j', '-y']
const time = ['H', 'I', 'p', 'P', 'M', 'S', 'T', 'R', 'f', '3f', '6f', '9f', '.f', '-H', '-I', '-M', '-S']
const text = ['%', 'n', 't']
const instant = ['s', 'z', ':z', 'Z']
const writtenOnly = ['G', 'V', 'U', 'W', 'u', 'w']

const readable: ReadonlySet<string> = new Set([...date, ...time, ...text, ...instant])
const writable: ReadonlySet<string> = new Set([...readable, ...writtenOnly])

const field = /%([-:.]?\d?[A-Za-z%]|$|.)/gsu

/** The fields of a pattern, without their percent signs. Throws ERR_INVALID_ARGUMENT. */
function fieldsOf(pattern: unknown, what: string, known: ReadonlySet<string>): string[] {
  if (typeof pattern !== 'string')
    throw invalidArgument('a format', what, pattern, "as in '%Y-%m-%d %H:%M:%S'")
  if (Buffer.byteLength(pattern) > mostBytes) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', `${what} is longer than ${mostBytes} bytes`, {
      hint: 'join fixed text to the result with concatStr(...)',
    })
  }
  const names = [...pattern.matchAll(field)].map(match => match[1] as string)
  const unknown = names.find(name => !known.has(name))
  if (unknown === undefined) return names
  throw new MillraceError('ERR_INVALID_ARGUMENT', `${what} has the unknown field %${unknown}`, {
    text: pattern,
    hint: hintFor(unknown, known),
  })
}

function hintFor(unknown: string, known: ReadonlySet<string>): string {
  if (unknown === '') return 'write %% for a percent sign'
  if (writable.has(unknown)) return `%${unknown} can be written but not read; read the date by %Y-%m-%d or %j`
  return `the fields are ${[...known].map(name => `%${name}`).join(' ')}`
}

/** A pattern that `format` takes; `zoned` where it is not UTC that is shown. Throws ERR_INVALID_ARGUMENT. */
export function checkFormat(pattern: unknown, zoned: boolean): string {
  const names = fieldsOf(pattern, 'the format', writable)
  if (zoned && names.includes('Z')) {
    throw new MillraceError(
      'ERR_INVALID_ARGUMENT',
      'The format has %Z, but zones have no names by themselves',
      {
        hint: 'write the offset by %z or %:z, or the name of the zone as fixed text',
      },
    )
  }
  return pattern as string
}

/** A pattern that says a date, with a time as well or not. Throws ERR_INVALID_ARGUMENT. */
export function checkParseFormat(pattern: unknown, to: 'date' | 'timestamp'): string {
  const what = to === 'date' ? 'the format of toDate' : 'the format of toTimestamp'
  const names = new Set(fieldsOf(pattern, what, readable))
  const has = (...some: string[]) => some.some(name => names.has(name))
  if (!has('Y', 'y', '-y', 'F', 'D', 's')) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', `${what} says no year`, {
      text: pattern as string,
      hint: "give %Y, %y, %F or %s, as in '%Y-%m-%d'",
    })
  }
  if (has('I', '-I') && !has('p', 'P')) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', `${what} has %I but neither %p nor %P`, {
      text: pattern as string,
      hint: 'give %H for hours from 0 to 23',
    })
  }
  return pattern as string
}
