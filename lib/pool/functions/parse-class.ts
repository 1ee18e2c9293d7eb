import { parseAssignment, parseKey, parseMethod, parseModifiers, parseOperand } from './parse-expression.js'
import { parseBlock } from './parse-statement.js'
import type { Parser } from './parser.js'

const modifiers = new Set(['static', 'get', 'set', 'async', 'accessor'])

/** A class; as a declaration, its name belongs to the scope around it. */
export function parseClass(p: Parser, place: 'declaration' | 'expression'): undefined {
  p.expect('class')
  const name = p.at('{') || p.at('extends') ? undefined : p.next().value
  if (name && place === 'declaration') p.scope.declare(name)
  p.scoped('block', () => {
    if (name) p.scope.declare(name)
    if (p.eat('extends')) parseOperand(p)
    p.expect('{')
    p.classDepth++
    while (!p.eat('}')) if (!p.eat(';')) parseClassMember(p)
    p.classDepth--
  })
}

function parseClassMember(p: Parser): undefined {
  while (p.eat('@')) parseOperand(p)
  if (p.at('static') && p.peek().value === '{') {
    p.next()
    p.inFunction('initializer', { async: false, generator: false }, () => parseBlock(p))
    return
  }
  const found = parseModifiers(p, modifiers)
  parseKey(p)
  if (p.at('(')) return parseMethod(p, { async: found.has('async'), generator: found.has('*') })
  if (p.eat('=')) p.inFunction('initializer', { async: false, generator: false }, () => parseAssignment(p))
}
