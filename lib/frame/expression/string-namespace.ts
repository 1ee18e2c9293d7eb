import { invalidArgument } from '../../core/errors.js'
import { boolean, integer, oneOf, readOptions, text } from '../../core/options.js'
import { expression } from '../../plan/expression/expression.js'
import type { ExprNode, Json } from '../../plan/expression/node.js'
import { checkParseFormat } from '../../plan/expression/time-format.js'
import { refuseSurplusArguments } from './argument-count.js'
import type { ExpressionBuilder } from './expression-builder.js'
import { pandasStrings } from './pandas-strings.js'
import {
  countNode,
  extractNode,
  matchesNode,
  normalizeNode,
  type PatternOptions,
  replaceNode,
  someText,
  splitNode,
} from './patterns.js'
import type {
  ParseNumberOptions,
  ParseTimeOptions,
  ParseTimestampOptions,
  StringMethods,
} from './string-methods.js'
import { defineUnknownMethods } from './unknown-methods.js'

// More would not fit into the memory that a batch may take.
const mostPadding = 2 ** 20

const normalForm = oneOf('NFC', 'NFD', 'NFKC', 'NFKD')

/** `.str`: the operations on text. */
export class StringNamespace {
  readonly #node: ExprNode
  readonly #make: (node: ExprNode) => ExpressionBuilder
  readonly #toNode: (value: unknown, name: string) => ExprNode

  constructor(
    node: ExprNode,
    make: (node: ExprNode) => ExpressionBuilder,
    toNode: (value: unknown, name: string) => ExprNode,
  ) {
    this.#node = node
    this.#make = make
    this.#toNode = toNode
  }

  contains(part: string | RegExp, options?: PatternOptions) {
    if (typeof part === 'object' && part !== null)
      return this.#make(matchesNode(this.#node, part, 'contains', options))
    return this.#apply('contains', [text(part, 'contains')])
  }
  matches(pattern: RegExp, options?: PatternOptions) {
    return this.#make(matchesNode(this.#node, pattern, 'matches', options))
  }
  startsWith(part: string) {
    return this.#apply('startsWith', [plain(part, 'startsWith', '/^a/')])
  }
  endsWith(part: string) {
    return this.#apply('endsWith', [plain(part, 'endsWith', '/a$/')])
  }
  find(part: string) {
    return this.#apply('find', [plain(part, 'find', '/a/')])
  }
  count(pattern: string | RegExp, options?: PatternOptions) {
    return this.#make(countNode(this.#node, pattern, options))
  }
  extract(pattern: RegExp, group: number | string = 1, options?: PatternOptions) {
    return this.#make(extractNode(this.#node, pattern, group, options))
  }
  replace(pattern: string | RegExp, replacement: string, options?: PatternOptions) {
    return this.#make(replaceNode('replace', this.#node, pattern, replacement, options))
  }
  replaceAll(pattern: string | RegExp, replacement: string, options?: PatternOptions) {
    return this.#make(replaceNode('replaceAll', this.#node, pattern, replacement, options))
  }
  split(separator: string | RegExp, index: number, options?: PatternOptions) {
    return this.#make(splitNode(this.#node, separator, index, options))
  }

  length() {
    return this.#apply('length')
  }
  byteLength() {
    return this.#apply('byteLength')
  }
  levenshtein(other: unknown) {
    return this.#make(expression('levenshtein', [this.#node, this.#toNode(other, 'levenshtein')]))
  }

  toLower() {
    return this.#apply('toLower')
  }
  toUpper() {
    return this.#apply('toUpper')
  }
  normalize(form: string = 'NFC') {
    return this.#make(normalizeNode(this.#node, normalForm(form, 'the form of normalize')))
  }
  trim(characters?: string) {
    return this.#trim('trim', characters)
  }
  trimStart(characters?: string) {
    return this.#trim('trimStart', characters)
  }
  trimEnd(characters?: string) {
    return this.#trim('trimEnd', characters)
  }
  padStart(width: number, fill: string = ' ') {
    return this.#pad('padStart', width, fill)
  }
  padEnd(width: number, fill: string = ' ') {
    return this.#pad('padEnd', width, fill)
  }
  reverse() {
    return this.#apply('reverse')
  }
  repeat(times: number) {
    return this.#apply('repeat', [integer(0, mostPadding)(times, 'the times of repeat')])
  }

  slice(start: number, length?: number) {
    if (!Number.isSafeInteger(start)) throw invalidArgument('a whole number', 'the start of slice', start)
    return this.#apply('slice', [
      start,
      length === undefined ? null : integer(0)(length, 'the length of slice'),
    ])
  }

  toNumber(options?: ParseNumberOptions) {
    return this.#number('float64', 'toNumber', options)
  }
  toInteger(options?: ParseNumberOptions) {
    return this.#number('int64', 'toInteger', options)
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

  #apply(op: string, extra: readonly Json[] = []) {
    return this.#make(expression(op, [this.#node], extra))
  }

  #trim(op: string, characters: unknown) {
    return this.#apply(op, characters === undefined ? [] : [someText(characters, op)])
  }

  #pad(op: string, width: unknown, fill: unknown) {
    return this.#apply(op, [integer(0, mostPadding)(width, `the width of ${op}`), someText(fill, op)])
  }

  #number(dtype: 'float64' | 'int64', method: string, options: ParseNumberOptions | undefined) {
    const { strict = true } = readOptions<ParseNumberOptions>(options, method, { strict: boolean })
    if (!strict) return this.#apply('parseNumber', [dtype])
    // Refused here where it is no text; a number casts as well.
    expression('length', [this.#node])
    return this.#apply('cast', [dtype])
  }
}

refuseSurplusArguments(StringNamespace.prototype, { extract: 3, normalize: 1, padStart: 2, padEnd: 2 })
defineUnknownMethods(StringNamespace.prototype, '.str', pandasStrings)

function plain(part: unknown, method: string, pattern: string): string {
  if (typeof part === 'string') return part
  throw invalidArgument('a string', method, part, `patterns are for str.matches(${pattern})`)
}

const everyStringMethod: Exclude<keyof StringMethods<'utf8', 'row'>, keyof StringNamespace> extends never
  ? true
  : never = true
void everyStringMethod
