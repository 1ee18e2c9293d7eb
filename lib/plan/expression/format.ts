// Expressions as people read them: `Close > 0 and Date >= 2020-01-01`. Used by explain, the repr and error messages.
import { cut } from '../../core/errors.js'
import { dateText, timestampText } from './calendar.js'
import type { ExprNode, Json } from './node.js'
import { patternArguments, patternSpec } from './pattern.js'
import { publicNames } from './strings.js'
import { postOrder } from './walk.js'
import { parameterTexts, windowParts, windowSpec } from './window.js'

const infix: Readonly<Record<string, readonly [symbol: string, binding: number]>> = {
  or: ['or', 1],
  xor: ['xor', 2],
  and: ['and', 3],
  eq: ['==', 4],
  ne: ['!=', 4],
  lt: ['<', 4],
  le: ['<=', 4],
  gt: ['>', 4],
  ge: ['>=', 4],
  eqMissing: ['<=>', 4],
  add: ['+', 5],
  sub: ['-', 5],
  mul: ['*', 6],
  div: ['/', 6],
  floorDiv: ['//', 6],
  mod: ['mod', 6],
  pow: ['**', 7],
}
const atom = 9

interface Piece {
  readonly text: string
  readonly binding: number
}

/** At most `length` characters; deep or widely shared expressions end in an ellipsis instead of exploding. */
export function formatExpr(root: ExprNode, length = 200): string {
  const pieces = new Map<ExprNode, Piece>()
  for (const node of postOrder([root])) {
    const piece = formatNode(
      node,
      node.args.map(arg => pieces.get(arg) as Piece),
    )
    pieces.set(node, { text: cut(piece.text, length), binding: piece.binding })
  }
  return (pieces.get(root) as Piece).text
}

function formatNode(node: ExprNode, args: readonly Piece[]): Piece {
  const operator = infix[node.op]
  if (operator) return formatInfix(operator, args)
  switch (node.op) {
    case 'col':
      return { text: formatName(node.extra[0] as string), binding: atom }
    case 'lit':
      return { text: formatLiteral(node.extra), binding: atom }
    case 'not':
      return { text: `not ${wrap(args[0] as Piece, 4)}`, binding: 3.5 }
    case 'neg':
      return { text: `-${wrap(args[0] as Piece, 8)}`, binding: 8 }
    case 'when':
      return { text: formatChoice(args), binding: atom }
    case 'window':
      return { text: formatWindow(node, args), binding: atom }
    case 'pattern': {
      const spec = patternSpec(node)
      return {
        text: `${spec.function}(${[args[0]?.text, ...patternArguments(spec)].join(', ')})`,
        binding: atom,
      }
    }
    case 'isIn':
      return {
        text: `${wrap(args[0] as Piece, 5)} in [${listText(node.extra[0] as readonly Json[])}]`,
        binding: 4,
      }
    default:
      return { text: formatCall(node, args), binding: atom }
  }
}

function formatInfix([symbol, binding]: readonly [string, number], args: readonly Piece[]): Piece {
  const [left, right] = args as readonly [Piece, Piece]
  return { text: `${wrap(left, binding)} ${symbol} ${wrap(right, binding + 0.5)}`, binding }
}

function wrap(piece: Piece, binding: number): string {
  return piece.binding < binding ? `(${piece.text})` : piece.text
}

function formatChoice(args: readonly Piece[]): string {
  const parts: string[] = []
  for (let i = 0; i + 1 < args.length; i += 2) parts.push(`when ${args[i]?.text} then ${args[i + 1]?.text}`)
  return `(${parts.join(' ')} otherwise ${args.at(-1)?.text})`
}

function formatCall(node: ExprNode, args: readonly Piece[]): string {
  const parameters = (lengths.has(node.op) ? node.extra.slice(0, 1) : node.extra)
    .filter(value => value !== null && typeof value !== 'object')
    .map(formatParameter)
  const options = node.extra.find(value => typeof value === 'object' && value !== null) as
    | Record<string, Json>
    | undefined
  for (const [key, value] of Object.entries(options ?? {}))
    parameters.push(`${key}=${formatParameter(value)}`)
  return `${publicNames[node.op] ?? node.op}(${[...args.map(arg => arg.text), ...parameters].join(', ')})`
}

// Whose first parameter is the text of a length of time, and the others what it comes to.
const lengths: ReadonlySet<string> = new Set(['offsetBy', 'truncateTo', 'roundTo'])

function formatWindow(node: ExprNode, args: readonly Piece[]): string {
  const { function: fn, parameters, over, order } = windowSpec(node)
  const { values, keys } = windowParts(node)
  const texts = args.map(arg => arg.text)
  const settings = parameterTexts(parameters)
  const call = `${fn}(${[...texts.slice(0, values.length), ...settings].join(', ')})`
  if (!over) return call
  const by = texts.slice(values.length + keys.length).map((text, i) => {
    const { descending, nulls } = order[i] as (typeof order)[number]
    return `${text}${descending ? ' desc' : ''}${nulls === 'first' ? ' nulls first' : ''}`
  })
  const partition = texts.slice(values.length, values.length + keys.length)
  return `${call}.over(${partition.join(', ')}${by.length > 0 ? ` order by ${by.join(', ')}` : ''})`
}

function formatParameter(value: Json): string {
  return typeof value === 'string' ? `'${cut(value, 40)}'` : String(value)
}

function listText(members: readonly Json[]): string {
  const shown = members.slice(0, 5).map(member => formatLiteral(member as readonly Json[]))
  if (members.length > 5) shown.push(`… ${members.length - 5} more`)
  return shown.join(', ')
}

/** Plain when it is an identifier, else in double quotes. */
export function formatName(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : JSON.stringify(cut(name, 60))
}

function formatLiteral([dtype, value]: readonly Json[]): string {
  if (value === undefined || value === null) return 'null'
  if (dtype === 'date') return dateText(Number(value))
  if (typeof dtype === 'string' && dtype.startsWith('timestamp'))
    return timestampText(BigInt(value as string), dtype)
  if (typeof value === 'string' && (dtype === 'utf8' || dtype === 'dict' || dtype === 'unknown'))
    return `'${cut(value, 40)}'`
  return String(value)
}
