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
  toLower: 'utf8',
  toUpper: 'utf8',
  trim: 'utf8',
  trimStart: 'utf8',
  trimEnd: 'utf8',
  slice: 'utf8',
  concat: 'utf8',
}

/** Text operations; null where any argument is. */
export const strings: Family = {
  ops: Object.keys(results),

  type(op, args): DataType {
    for (const arg of args) {
      if (!isText(arg.type.dtype)) {
        const hint =
          op === 'concat' ? "cast it first: c.Id.cast('utf8')" : 'str methods work on utf8 and dict columns'
        throw typeError(`${op} needs text, not`, [arg as ExprNode], hint)
      }
    }
    return dataType(
      results[op] as DataType['dtype'],
      args.some(arg => arg.type.nullable),
    )
  },
}
