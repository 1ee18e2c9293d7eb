// Precedence does not matter for which names occur, so operators are read flat.
import { parseClass } from './parse-class.js'
import { parseParameters } from './parse-pattern.js'
import { parseBody } from './parse-statement.js'
import type { Parser } from './parser.js'
import { isReserved } from './reserved-words.js'

const binaryOperators = new Set(
  '** * / % + - << >> >>> < > <= >= == != === !== & ^ | && || ?? in instanceof'.split(' '),
)
const assignmentOperators = new Set('= += -= *= /= %= **= <<= >>= >>>= &= ^= |= &&= ||= ??='.split(' '))
const prefixOperators = new Set('! ~ + - ++ -- typeof void delete'.split(' '))
const endsOperand = new Set([')', ']', '}', ',', ';', ':', ''])

export function parseExpression(p: Parser, noIn = false): undefined {
  do parseAssignment(p, noIn)
  while (p.eat(','))
}

/** One expression without commas. `noIn` is set in the head of a `for`. */
export function parseAssignment(p: Parser, noIn = false): undefined {
  if (p.isGenerator && p.at('yield')) return parseYield(p, noIn)
  if (parseArrow(p, noIn)) return
  parseUnary(p)
  while (p.atAny(binaryOperators) && !(noIn && p.at('in'))) {
    p.next()
    parseUnary(p)
  }
  if (p.eat('?')) {
    parseAssignment(p)
    p.expect(':')
    parseAssignment(p, noIn)
  } else if (p.token.kind === 'punctuator' && assignmentOperators.has(p.token.value)) {
    p.next()
    parseAssignment(p, noIn)
  }
}

function parseYield(p: Parser, noIn: boolean): undefined {
  p.next()
  if (p.eat('*')) return parseAssignment(p, noIn)
  if (!p.token.newline && !endsOperand.has(p.token.value) && !p.at('in') && !p.at('of'))
    parseAssignment(p, noIn)
}

/** `x => ..`, `(..) => ..`, `async x => ..`, `async (..) => ..`; false when none of them begins here. */
export function parseArrow(p: Parser, noIn = false): boolean {
  const { token } = p
  if (token.kind === 'name' && !isReserved(token.value)) {
    const following = p.peek()
    if (following.value === '=>' && following.kind === 'punctuator') return arrow(p, noIn, false)
    if (token.value !== 'async' || following.newline) return false
    const isName = following.kind === 'name' && !isReserved(following.value)
    if (!isName && following.value !== '(') return false
    return tryArrow(p, noIn, true)
  }
  return token.value === '(' && token.kind === 'punctuator' && tryArrow(p, noIn, false)
}

function tryArrow(p: Parser, noIn: boolean, isAsync: boolean): boolean {
  const { start } = p.token
  if (p.notParameters.has(start)) return false
  const found = p.attempt(() => {
    if (isAsync) p.next()
    arrow(p, noIn, isAsync)
  })
  if (!found) p.notParameters.add(start)
  return found
}

function arrow(p: Parser, noIn: boolean, isAsync: boolean): true {
  p.inFunction('arrow', { async: isAsync, generator: false }, () => {
    if (p.eat('(')) parseParameters(p)
    else p.scope.declare(p.next().value)
    if (p.token.newline || !p.eat('=>')) p.fail('expected =>')
    if (p.at('{')) parseBody(p)
    else parseAssignment(p, noIn)
  })
  return true
}

function parseUnary(p: Parser): undefined {
  if (p.at('typeof')) return parseTypeof(p)
  if (p.atAny(prefixOperators)) {
    p.next()
    return parseUnary(p)
  }
  if (p.isAsync && p.at('await')) {
    p.next()
    return parseUnary(p)
  }
  parseOperand(p)
}

function parseTypeof(p: Parser): undefined {
  p.next()
  const { kind, value } = p.token
  if (kind === 'name' && !isReserved(value) && !['.', '(', '[', '?.'].includes(p.peek().value))
    p.scope.guarded.add(value)
  parseUnary(p)
}

/** A primary expression with its members, calls and templates. */
export function parseOperand(p: Parser): undefined {
  parsePrimary(p)
  for (;;) {
    if (p.token.kind === 'template') parseTemplate(p)
    else if (p.token.kind !== 'punctuator') return
    else if (p.eat('.')) parseMember(p)
    else if (p.eat('?.')) {
      if (p.atMemberName()) parseMember(p)
    } else if (p.eat('[')) {
      parseExpression(p)
      p.expect(']')
    } else if (p.eat('(')) parseList(p, ')')
    else if (!p.token.newline && (p.at('++') || p.at('--'))) p.next()
    else return
  }
}

function parseMember(p: Parser): undefined {
  if (p.token.kind === 'private') parsePrivate(p)
  else p.next()
}

/** `#name` belongs to a class around it; the function may have left that class behind. */
function parsePrivate(p: Parser): undefined {
  if (p.classDepth === 0) p.scope.refer('#private', p.token.start)
  p.next()
}

const parseTemplate = (p: Parser): undefined => p.skipTemplate(() => parseExpression(p))

/** Elements or arguments up to `end`. */
function parseList(p: Parser, end: string): undefined {
  while (!p.eat(end)) {
    if (p.eat(',')) continue
    p.eat('...')
    parseAssignment(p)
    if (!p.at(end)) p.expect(',')
  }
}

function parsePrimary(p: Parser): undefined {
  const { token } = p
  switch (token.kind) {
    case 'name':
      return parseWord(p)
    case 'number':
    case 'string':
      p.next()
      return
    case 'template':
      return parseTemplate(p)
    case 'private':
      return parsePrivate(p)
  }
  if (token.value === '/' || token.value === '/=') p.skipRegex()
  else if (p.eat('(')) {
    parseExpression(p)
    p.expect(')')
  } else if (p.eat('[')) parseList(p, ']')
  else if (p.eat('{')) parseObject(p)
  else if (p.eat('@')) {
    parseOperand(p)
    parsePrimary(p)
  } else p.fail('expected an expression')
}

function parseWord(p: Parser): undefined {
  const { value, start } = p.token
  const isAsyncFunction = value === 'async' && p.peek().value === 'function' && !p.peek().newline
  if (value === 'function' || isAsyncFunction) {
    parseFunction(p)
    return
  }
  if (value === 'class') return parseClass(p, 'expression')
  if (value === 'import') return parseImport(p)
  if (value === 'new') return parseNew(p)
  p.next()
  if (value === 'this' || value === 'super') p.scope.refer(value, start)
  else if (value === 'null' || value === 'true' || value === 'false') return
  else if (isReserved(value)) p.fail('expected an expression')
  else p.scope.refer(value, start)
}

function parseNew(p: Parser): undefined {
  const { start } = p.next()
  if (p.eat('.')) {
    p.next()
    p.scope.refer('new.target', start)
  } else if (p.at('new')) parseNew(p)
  else parsePrimary(p)
}

function parseImport(p: Parser): undefined {
  const { start } = p.next()
  if (p.eat('.')) {
    if (p.next().value === 'meta') p.scope.refer('import.meta', start)
  }
  p.usesImport = true
}

/** A function with its keyword; its name, which is the answer, belongs to the function itself. */
export function parseFunction(p: Parser): string | undefined {
  const isAsync = p.eat('async')
  p.expect('function')
  const generator = p.eat('*')
  const name = p.at('(') ? undefined : p.next().value
  p.inFunction('function', { async: isAsync, generator }, () => {
    if (name) p.scope.declare(name)
    p.expect('(')
    parseParameters(p)
    parseBody(p)
  })
  return name
}

/** What follows the key of a method: parameters and body. */
export function parseMethod(p: Parser, flags: { async: boolean; generator: boolean }): undefined {
  p.inFunction('method', flags, () => {
    p.expect('(')
    parseParameters(p)
    parseBody(p)
  })
}

const afterKey = new Set([',', ':', '(', '}', '=', ';', ''])

/** `get`, `set`, `async`, `static` and the like in front of a member's key, and `*`. */
export function parseModifiers(p: Parser, words: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  while (p.token.kind === 'name' && words.has(p.token.value)) {
    const following = p.peek()
    if (following.kind === 'punctuator' && afterKey.has(following.value)) break
    if (p.token.value !== 'static' && p.token.value !== 'get' && p.token.value !== 'set' && following.newline)
      break
    found.add(p.next().value)
  }
  if (p.eat('*')) found.add('*')
  return found
}

/** A member's key; the answer is its name when that is a plain word. */
export function parseKey(p: Parser): string | undefined {
  const { kind, value } = p.token
  if (p.eat('[')) {
    parseAssignment(p)
    p.expect(']')
    return undefined
  }
  if (kind === 'punctuator' || kind === 'template' || kind === 'end') p.fail('expected a property name')
  p.next()
  return kind === 'name' ? value : undefined
}

const objectModifiers = new Set(['get', 'set', 'async'])

/** An object literal, or a pattern of an assignment, which looks the same. */
function parseObject(p: Parser): undefined {
  while (!p.eat('}')) {
    if (p.eat('...')) parseAssignment(p)
    else parseProperty(p)
    if (!p.at('}')) p.expect(',')
  }
}

function parseProperty(p: Parser): undefined {
  const modifiers = parseModifiers(p, objectModifiers)
  const { start } = p.token
  const key = parseKey(p)
  if (p.at('(')) return parseMethod(p, { async: modifiers.has('async'), generator: modifiers.has('*') })
  if (p.eat(':')) return parseAssignment(p)
  if (key === undefined || isReserved(key)) p.fail('expected a value')
  p.scope.refer(key, start)
  if (p.eat('=')) parseAssignment(p)
}
