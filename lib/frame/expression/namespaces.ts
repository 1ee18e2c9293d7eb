import { invalidArgument } from '../../core/errors.js'
import { boolean, integer, oneOf, readOptions, text } from '../../core/options.js'
import type { Json } from '../../plan/expression/node.js'
import { checkParseFormat } from '../../plan/expression/time-format.js'
import type { ExpressionBuilder } from './expression-builder.js'
import type { ParseTimeOptions, ParseTimestampOptions, StringMethods } from './string-methods.js'

type Apply = (op: string, extra?: readonly Json[]) => ExpressionBuilder

/** `.str`: the operations on text. */
export class StringNamespace {
  readonly #apply: Apply

  constructor(apply: Apply) {
    this.#apply = apply
  }

  contains(part: string) {
    return this.#apply('contains', [text(part, 'contains')])
  }
  startsWith(part: string) {
    return this.#apply('startsWith', [text(part, 'startsWith')])
  }
  endsWith(part: string) {
    return this.#apply('endsWith', [text(part, 'endsWith')])
  }
  length() {
    return this.#apply('length')
  }
  byteLength() {
    return this.#apply('byteLength')
  }
  toLower() {
    return this.#apply('toLower')
  }
  toUpper() {
    return this.#apply('toUpper')
  }
  trim() {
    return this.#apply('trim')
  }
  trimStart() {
    return this.#apply('trimStart')
  }
  trimEnd() {
    return this.#apply('trimEnd')
  }

  slice(start: number, length?: number) {
    if (!Number.isSafeInteger(start)) throw invalidArgument('a whole number', 'the start of slice', start)
    return this.#apply('slice', [
      start,
      length === undefined ? null : integer(0)(length, 'the length of slice'),
    ])
  }

  toDate(format?: string, options?: ParseTimeOptions) {
    const { strict = true } = readOptions<ParseTimeOptions>(options, 'toDate', { strict: boolean })
    const pattern = format === undefined ? null : checkParseFormat(format, 'date')
    return this.#apply('parseTime', [pattern, 'date', strict])
  }
  toTimestamp(format?: string, options?: ParseTimestampOptions) {
    const { strict = true, unit = 'us' } = readOptions<ParseTimestampOptions>(options, 'toTimestamp', {
      strict: boolean,
      unit: oneOf('ms', 'us', 'ns'),
    })
    const pattern = format === undefined ? null : checkParseFormat(format, 'timestamp')
    return this.#apply('parseTime', [pattern, `timestamp[${unit}]`, strict])
  }
}

const everyStringMethod: Exclude<keyof StringMethods<'utf8', 'row'>, keyof StringNamespace> extends never
  ? true
  : never = true
void everyStringMethod
