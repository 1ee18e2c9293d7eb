import { parseClass } from './parse-class.js'
import { parseAssignment, parseExpression, parseFunction } from './parse-expression.js'
import { parseBinding } from './parse-pattern.js'
import type { Parser } from './parser.js'
import { isReserved } from './reserved-words.js'

/** The braces of a function's body; its names belong to the function's scope. */
export function parseBody(p: Parser): undefined {
  p.expect('{')
  while (!p.eat('}')) parseStatement(p)
}

/** A block with a scope of its own. */
export function parseBlock(p: Parser): undefined {
  p.scoped('block', () => parseBody(p))
}

type Read = (p: Parser) => undefined

const byWord: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['var', parseDeclaration],
  ['const', parseDeclaration],
  ['function', parseFunctionDeclaration],
  ['class', p => parseClass(p, 'declaration')],
  ['if', parseIf],
  ['for', p => p.scoped('block', () => parseFor(p))],
  ['while', parseWhile],
  ['with', parseWhile],
  ['do', parseDo],
  ['switch', parseSwitch],
  ['try', parseTry],
  ['return', parseOptionalOperand],
  ['throw', parseOptionalOperand],
  ['break', parseJump],
  ['continue', parseJump],
])

export function parseStatement(p: Parser): undefined {
  if (p.token.kind === 'end') p.fail('unclosed block')
  if (p.eat(';')) return
  if (p.at('{')) return parseBlock(p)
  if (p.token.kind === 'name') {
    const read = byWord.get(p.token.value)
    if (read) return read(p)
    if (beginsDeclaration(p)) return parseDeclaration(p)
    const following = p.peek()
    if (p.at('async') && following.value === 'function' && !following.newline)
      return parseFunctionDeclaration(p)
    if (!isReserved(p.token.value) && following.value === ':' && following.kind === 'punctuator') {
      p.next()
      p.next()
      return parseStatement(p)
    }
    if (p.eat('debugger')) return endStatement(p)
  }
  if (p.at('@')) return parseDecorated(p)
  parseExpression(p)
  endStatement(p)
}

function parseDecorated(p: Parser): undefined {
  p.next()
  parseExpression(p)
  parseStatement(p)
}

/** `let x`, `using x`, `await using x`: words that are plain names elsewhere. */
function beginsDeclaration(p: Parser): boolean {
  const following = p.peek()
  const startsName = following.kind === 'name' && following.value !== 'in' && following.value !== 'instanceof'
  if (p.at('let')) return startsName || following.value === '[' || following.value === '{'
  if (p.at('using')) return startsName && !following.newline && following.value !== 'of'
  if (!p.at('await') || following.value !== 'using') return false
  return p.isAsync
}

function endStatement(p: Parser): undefined {
  if (p.eat(';') || p.at('}') || p.token.kind === 'end' || p.token.newline) return
  p.fail('expected the end of a statement')
}

function parseDeclaration(p: Parser): undefined {
  parseDeclarators(p, false)
  endStatement(p)
}

function parseDeclarators(p: Parser, noIn: boolean): undefined {
  p.eat('await')
  const isVar = p.next().value === 'var'
  const declare = (name: string) => (isVar ? p.scope.declareInFunction(name) : p.scope.declare(name))
  do {
    parseBinding(p, declare)
    if (p.eat('=')) parseAssignment(p, noIn)
  } while (p.eat(','))
}

function parseFunctionDeclaration(p: Parser): undefined {
  // Sloppy code hoists it out of its block, strict code does not: either way the name is the function's own.
  const name = parseFunction(p)
  if (name === undefined) return
  p.scope.declare(name)
  p.scope.declareInFunction(name)
}

function parseIf(p: Parser): undefined {
  parseHead(p)
  parseStatement(p)
  if (p.eat('else')) parseStatement(p)
}

/** A keyword and the expression in parentheses after it. */
function parseHead(p: Parser): undefined {
  p.next()
  p.expect('(')
  parseExpression(p)
  p.expect(')')
}

function parseWhile(p: Parser): undefined {
  parseHead(p)
  parseStatement(p)
}

function parseDo(p: Parser): undefined {
  p.next()
  parseStatement(p)
  parseHead(p)
  p.eat(';')
}

function parseFor(p: Parser): undefined {
  p.next()
  p.eat('await')
  p.expect('(')
  if (p.at('var') || p.at('const') || beginsDeclaration(p)) parseDeclarators(p, true)
  else if (!p.at(';')) parseExpression(p, true)
  if (p.eat('of')) parseAssignment(p)
  else if (p.eat('in')) parseExpression(p)
  else {
    p.expect(';')
    if (!p.at(';')) parseExpression(p)
    p.expect(';')
    if (!p.at(')')) parseExpression(p)
  }
  p.expect(')')
  parseStatement(p)
}

function parseSwitch(p: Parser): undefined {
  parseHead(p)
  p.scoped('block', () => {
    p.expect('{')
    while (!p.eat('}')) {
      if (p.eat('case')) {
        parseExpression(p)
        p.expect(':')
      } else if (p.at('default') && p.peek().value === ':') {
        p.next()
        p.next()
      } else parseStatement(p)
    }
  })
}

function parseTry(p: Parser): undefined {
  p.next()
  parseBlock(p)
  if (p.eat('catch')) {
    p.scoped('block', () => {
      if (p.eat('(')) {
        parseBinding(p, name => p.scope.declare(name))
        p.expect(')')
      }
      parseBody(p)
    })
  }
  if (p.eat('finally')) parseBlock(p)
}

function parseOptionalOperand(p: Parser): undefined {
  p.next()
  if (!p.token.newline && !p.at(';') && !p.at('}') && p.token.kind !== 'end') parseExpression(p)
  endStatement(p)
}

function parseJump(p: Parser): undefined {
  p.next()
  if (!p.token.newline && p.token.kind === 'name') p.next()
  endStatement(p)
}
