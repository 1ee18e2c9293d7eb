// Regular expressions of JavaScript as nodes. One that stands for a plain text becomes the engine's own operation.
import { types } from 'node:util'
import { suggestion } from '../../core/did-you-mean.js'
import { invalidArgument } from '../../core/errors.js'
import { integer, readOptions, text } from '../../core/options.js'
import type { PatternFunction } from '../../core/pattern-calls.js'
import { expression } from '../../plan/expression/expression.js'
import { typedLiteral } from '../../plan/expression/literal.js'
import type { ExprNode, Json } from '../../plan/expression/node.js'
import { defaultTimeout, type PatternSpec } from '../../plan/expression/pattern.js'

export interface PatternOptions {
  /** Milliseconds that the pattern may take over one batch of 65,536 rows; default 10,000. */
  readonly timeout?: number
}

export function matchesNode(node: ExprNode, pattern: unknown, method: string, options: unknown): ExprNode {
  const timeout = readTimeout(options, method)
  const regExp = checkPattern(pattern, method)
  const plain = plainText(regExp)
  if (!plain) return patternNode(node, { function: 'matches' }, regExp, timeout)
  if (plain.atStart && plain.atEnd) return expression('eq', [node, typedLiteral('utf8', plain.text)])
  const op = plain.atStart ? 'startsWith' : plain.atEnd ? 'endsWith' : 'contains'
  return expression(op, [node], [plain.text])
}

export function extractNode(node: ExprNode, pattern: unknown, group: unknown, options: unknown): ExprNode {
  const timeout = readTimeout(options, 'extract')
  const regExp = checkPattern(pattern, 'extract')
  return patternNode(
    node,
    { function: 'extract', group: checkGroup(regExp, group, 'the group of extract') },
    regExp,
    timeout,
  )
}

export function replaceNode(
  op: 'replace' | 'replaceAll',
  node: ExprNode,
  pattern: unknown,
  replacement: unknown,
  options: unknown,
): ExprNode {
  const given = checkReplacement(replacement, op)
  if (typeof pattern === 'string') {
    refuseOptions(options, op)
    return expression(op, [node], [someText(pattern, op), given])
  }
  const timeout = readTimeout(options, op)
  const regExp = checkPattern(pattern, op)
  if (op === 'replaceAll') requireGlobal(regExp, op)
  const plain = wholeText(regExp)
  // A dollar may stand for what was matched.
  if (plain === undefined || given.includes('$'))
    return patternNode(node, { function: op, with: given }, regExp, timeout)
  return expression(regExp.global ? 'replaceAll' : 'replace', [node], [plain, given])
}

export function countNode(node: ExprNode, pattern: unknown, options: unknown): ExprNode {
  if (typeof pattern === 'string') {
    refuseOptions(options, 'count')
    return expression('countText', [node], [someText(pattern, 'count')])
  }
  const timeout = readTimeout(options, 'count')
  const regExp = checkPattern(pattern, 'count')
  requireGlobal(regExp, 'count')
  const plain = wholeText(regExp)
  if (plain !== undefined) return expression('countText', [node], [plain])
  return patternNode(node, { function: 'count' }, regExp, timeout)
}

export function splitNode(
  node: ExprNode,
  separator: unknown,
  givenIndex: unknown,
  options: unknown,
): ExprNode {
  const index = integer(-(2 ** 31), 2 ** 31 - 1)(givenIndex, 'the index of split')
  if (typeof separator === 'string') {
    refuseOptions(options, 'split')
    return expression('split', [node], [someText(separator, 'split'), index])
  }
  const timeout = readTimeout(options, 'split')
  const regExp = checkPattern(separator, 'split')
  const plain = wholeText(regExp)
  if (plain !== undefined) return expression('split', [node], [plain, index])
  return patternNode(node, { function: 'split', index }, regExp, timeout)
}

export function normalizeNode(node: ExprNode, form: string): ExprNode {
  return expression('pattern', [node], [{ function: 'normalize', form, timeout: defaultTimeout }])
}

function patternNode(
  node: ExprNode,
  fn: PatternFunction,
  { source, flags }: RegExp,
  timeout: number,
): ExprNode {
  const spec: PatternSpec = { ...fn, source, flags, timeout }
  return expression('pattern', [node], [spec as unknown as Json])
}

function readTimeout(options: unknown, method: string): number {
  const { timeout = defaultTimeout } = readOptions<PatternOptions>(options, `str.${method}`, {
    timeout: integer(1, 2 ** 31 - 1),
  })
  return timeout
}

function refuseOptions(options: unknown, method: string): void {
  if (options === undefined) return
  throw invalidArgument(
    'no options beside a text',
    `str.${method}`,
    options,
    'a text is looked for by the engine, which needs no time limit; options go with a RegExp',
  )
}

function checkPattern(pattern: unknown, method: string): RegExp {
  if (types.isRegExp(pattern)) return pattern
  const takesText = method !== 'matches' && method !== 'extract'
  throw invalidArgument(
    takesText ? 'a text or a RegExp' : 'a RegExp',
    `str.${method}`,
    pattern,
    typeof pattern === 'string'
      ? `write str.${method}(/${method === 'extract' ? '(\\d+)' : '^a'}/); a text as it is is found by str.contains`
      : `as in str.${method}(/\\d+/g${method.startsWith('replace') ? ", '#'" : ''})`,
  )
}

/** A text to look for. */
export function someText(given: unknown, method: string): string {
  const found = text(given, `str.${method}`)
  if (found !== '') return found
  throw invalidArgument('a text that is not empty', `str.${method}`, given)
}

function checkReplacement(replacement: unknown, method: string): string {
  if (typeof replacement === 'function') {
    throw invalidArgument(
      'a text',
      `the replacement of str.${method}`,
      replacement,
      "write '$1' and its like for what was matched; functions over columns run in mapBatches",
    )
  }
  return text(replacement, `the replacement of str.${method}`)
}

function requireGlobal(regExp: RegExp, method: string): void {
  if (regExp.global) return
  throw invalidArgument(
    'a RegExp with the flag g',
    `str.${method}`,
    regExp,
    `write /${regExp.source}/g${regExp.flags}`,
  )
}

function checkGroup({ source, flags }: RegExp, group: unknown, name: string): number | string {
  // An empty alternative matches anything, and the match has all groups.
  const match = new RegExp(`${source}|`, flags.replace('y', '')).exec('') as RegExpExecArray
  const most = match.length - 1
  if (typeof group === 'string') {
    const names = Object.keys(match.groups ?? {})
    if (names.includes(group)) return group
    throw invalidArgument("the name of one of the pattern's groups", name, group, suggestion(group, names))
  }
  if (most === 0 && group === 1) {
    throw invalidArgument(
      'a pattern with a group',
      'str.extract',
      new RegExp(source, flags),
      'put parentheses around the part to extract, or ask for group 0, which is the whole match',
    )
  }
  return integer(0, most)(group, name)
}

interface PlainText {
  readonly text: string
  readonly atStart: boolean
  readonly atEnd: boolean
}

// Characters that stand for themselves, and punctuation behind a backslash.
const plainSource = /^(\^?)((?:[^\\^$.*+?()[\]{}|]|\\[\\^$.*+?()[\]{}|/-])+)(\$?)$/u

/** What the pattern looks for, when that is a text as it is, perhaps at an end. */
function plainText({ source, flags }: RegExp): PlainText | undefined {
  if (/[imy]/.test(flags)) return undefined
  const match = plainSource.exec(source)
  // Half a character can be found in JavaScript's strings, and not in UTF-8.
  if (!match || /\p{Surrogate}/u.test(source)) return undefined
  const [, start, body, end] = match
  return {
    text: (body as string).replace(/\\(.)/gu, '$1'),
    atStart: start === '^',
    atEnd: end === '$',
  }
}

function wholeText(regExp: RegExp): string | undefined {
  const plain = plainText(regExp)
  return plain && !plain.atStart && !plain.atEnd ? plain.text : undefined
}
