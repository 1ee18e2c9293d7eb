import { parseArrow, parseFunction, parseKey, parseMethod, parseModifiers } from './parse-expression.js'
import { Parser } from './parser.js'
import { UnreadableSource } from './tokenizer.js'

/** What the text of a function says about it. */
export interface FunctionAnalysis {
  /** Methods are written as in an object literal. */
  readonly form: 'expression' | 'method'
  /** Names that are not declared within the function -> position of the first use. `this` and the like are among them. */
  readonly free: ReadonlyMap<string, number>
  /** It has an `import(...)`, which is relative to the caller's file. */
  readonly usesImport: boolean
}

export type NotShippable = 'class' | 'accessor' | 'native'

/** Throws nothing: undefined means that the text could not be read. Precondition: `source` is a function's own text. */
export function analyseFunction(source: string): FunctionAnalysis | NotShippable | undefined {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) return 'native'
  if (/^class\b/.test(source)) return 'class'
  try {
    return analyse(new Parser(source))
  } catch (error) {
    if (error instanceof UnreadableSource) return undefined
    throw error
  }
}

function analyse(p: Parser): FunctionAnalysis | NotShippable {
  const { scope } = p
  let form: FunctionAnalysis['form'] = 'expression'
  const isFunction = p.at('function') || (p.at('async') && p.peek().value === 'function')
  if (isFunction && p.peek().value !== '(') parseFunction(p)
  else if (isFunction && p.attempt(() => parseFunction(p))) {
    // An anonymous function, and not a method that is called `function`.
  } else if (!parseArrow(p)) {
    form = 'method'
    const modifiers = parseModifiers(p, methodModifiers)
    if (modifiers.has('get') || modifiers.has('set')) return 'accessor'
    if (p.token.kind === 'private') p.scope.refer('#private', p.token.start)
    parseKey(p)
    parseMethod(p, { async: modifiers.has('async'), generator: modifiers.has('*') })
  }
  if (p.token.kind !== 'end') p.fail('expected the end of the function')
  for (const name of scope.guarded) scope.references.delete(name)
  return { form, free: scope.references, usesImport: p.usesImport }
}

const methodModifiers = new Set(['get', 'set', 'async', 'static'])
