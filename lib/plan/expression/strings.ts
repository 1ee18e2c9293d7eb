import { type DataType, dataType, isText } from '../../core/dtypes.js'
import type { Family } from './family.js'
import type { ExprNode } from './node.js'
import { typeError } from './type-error.js'

const results: Readonly<Record<string, DataType['dtype']>> = {
  contains: 'bool',
  startsWith: 'bool',
  endsWith: 'bool',
  length: 'int64',
  byteLength: 'int64',
  countText: 'int64',
  find: 'int64',
  levenshtein: 'int64',
  toLower: 'utf8',
  toUpper: 'utf8',
  trim: 'utf8',
  trimStart: 'utf8',
  trimEnd: 'utf8',
  slice: 'utf8',
  replace: 'utf8',
  replaceAll: 'utf8',
  split: 'utf8',
  padStart: 'utf8',
  padEnd: 'utf8',
  reverse: 'utf8',
  repeat: 'utf8',
  concat: 'utf8',
}

// Null where there is no such place or piece too.
const partial: ReadonlySet<string> = new Set(['find', 'split'])

/** Text operations; null where any argument is. */
export const strings: Family = {
  ops: Object.keys(results),

  type(op, args): DataType {
    requireText(op, args)
    return dataType(results[op] as DataType['dtype'], partial.has(op) || args.some(arg => arg.type.nullable))
  },
}

/** Texts end to end, with the nulls left out. */
export const presentTexts: Family = {
  ops: ['concatPresent'],
  type(op, args): DataType {
    requireText(
      op,
      args.filter(arg => arg.type.dtype !== 'null'),
    )
    return dataType('utf8', false)
  },
}

/** Numbers read from text, null for other texts. */
export const numberTexts: Family = {
  ops: ['parseNumber'],
  type(op, args, extra): DataType {
    requireText(op, args)
    return dataType(extra[0] as 'float64' | 'int64', true)
  },
}

/** The same number for the same value, of whatever dtype. */
export const hashes: Family = {
  ops: ['hash'],
  type: (_op, args): DataType => dataType('uint64', (args[0] as ExprNode).type.nullable),
}

function requireText(op: string, args: readonly ExprNode[]): void {
  for (const arg of args) {
    if (isText(arg.type.dtype)) continue
    const joins = op === 'concat' || op === 'concatPresent'
    const hint = joins ? "cast it first: c.Id.cast('utf8')" : 'str methods work on utf8 and dict columns'
    throw typeError(`${publicNames[op] ?? op} needs text, not`, [arg], hint)
  }
}

/** Operations that the plan calls otherwise than the methods that make them. */
export const publicNames: Readonly<Record<string, string>> = {
  countText: 'count',
  concatPresent: 'concat',
  parseNumber: 'toNumber',
}
