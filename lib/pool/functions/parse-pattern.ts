import { parseAssignment } from './parse-expression.js'
import type { Parser } from './parser.js'
import { isReserved } from './reserved-words.js'

/** A binding: a name, or `{ a, b: [c], ...rest }` with defaults. `declare` gets every name. */
export function parseBinding(p: Parser, declare: (name: string) => void): undefined {
  if (p.eat('[')) {
    while (!p.eat(']')) {
      if (p.eat(',')) continue
      p.eat('...')
      parseBindingElement(p, declare)
      if (!p.at(']')) p.expect(',')
    }
  } else if (p.eat('{')) {
    while (!p.eat('}')) {
      parseBindingProperty(p, declare)
      if (!p.at('}')) p.expect(',')
    }
  } else if (p.token.kind === 'name' && !isReserved(p.token.value)) {
    declare(p.next().value)
  } else p.fail('expected a binding')
}

/** A binding with an optional default. */
export function parseBindingElement(p: Parser, declare: (name: string) => void): undefined {
  parseBinding(p, declare)
  if (p.eat('=')) parseAssignment(p)
}

function parseBindingProperty(p: Parser, declare: (name: string) => void): undefined {
  if (p.eat('...')) return parseBinding(p, declare)
  const key = p.token
  if (p.eat('[')) {
    parseAssignment(p)
    p.expect(']')
  } else if (key.kind === 'name' || key.kind === 'string' || key.kind === 'number') p.next()
  else p.fail('expected a property name')
  if (p.eat(':')) return parseBindingElement(p, declare)
  if (key.kind !== 'name' || isReserved(key.value)) p.fail('expected a binding')
  declare(key.value)
  if (p.eat('=')) parseAssignment(p)
}

/** The parameters after a `(`, through the `)`. */
export function parseParameters(p: Parser): undefined {
  const declare = (name: string) => p.scope.declare(name)
  while (!p.eat(')')) {
    p.eat('...')
    parseBindingElement(p, declare)
    if (!p.at(')')) p.expect(',')
  }
}
