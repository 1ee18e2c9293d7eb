// What JavaScript does to texts, by its regular expressions and its tables of Unicode. One kind of node for all of it; the
// optimizer takes them out of their expressions into steps of their own, which workers run (`hoist-patterns.ts`).
import { type DataType, type DType, dataType, isText } from '../../core/dtypes.js'
import { cut } from '../../core/errors.js'
import type { PatternFunction } from '../../core/pattern-calls.js'
import type { Family } from './family.js'
import type { ExprNode, Json } from './node.js'
import { typeError } from './type-error.js'
import { postOrder } from './walk.js'

/** The one parameter of a pattern node. */
export interface PatternSpec extends PatternFunction {
  /** What a regular expression is made of; absent for normalize. */
  readonly source?: string
  readonly flags?: string
  /** Milliseconds that a batch may take. */
  readonly timeout: number
}

export const defaultTimeout = 10_000

export const isPattern = (node: ExprNode): boolean => node.op === 'pattern'

export const hasPattern = (roots: readonly ExprNode[]): boolean => postOrder(roots).some(isPattern)

/** Precondition: a pattern node. */
export const patternSpec = (node: ExprNode): PatternSpec => node.extra[0] as unknown as PatternSpec

const results: Readonly<Record<PatternFunction['function'], DType>> = {
  matches: 'bool',
  count: 'int64',
  extract: 'utf8',
  split: 'utf8',
  replace: 'utf8',
  replaceAll: 'utf8',
  normalize: 'utf8',
}

export const patterns: Family = {
  ops: ['pattern'],

  type(_op, args, extra): DataType {
    const { function: fn } = extra[0] as unknown as PatternSpec
    const [text] = args as readonly [ExprNode]
    if (!isText(text.type.dtype))
      throw typeError(`${fn} needs text, not`, args, 'str methods work on utf8 and dict columns')
    return dataType(results[fn], text.type.nullable || fn === 'extract' || fn === 'split')
  },
}

/** `/^a+/i`, cut. */
export function patternText({ source, flags }: PatternSpec): string {
  return source === undefined ? '' : `/${cut(source, 60)}/${flags}`
}

/** What stands between the parentheses behind the text: the pattern and what else the function is told. */
export function patternArguments(spec: PatternSpec): string[] {
  const told: readonly (Json | undefined)[] = [spec.group, spec.with, spec.index, spec.form]
  const shown = told
    .filter(value => value !== undefined)
    .map(value => (typeof value === 'string' ? `'${cut(value, 40)}'` : String(value)))
  if (spec.timeout !== defaultTimeout) shown.push(`timeout=${spec.timeout}`)
  return spec.source === undefined ? shown : [patternText(spec), ...shown]
}
