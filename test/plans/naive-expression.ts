// What an expression is, row by row, in plain JavaScript.
import { calendar } from './naive-dates.js'
import { hashOf } from './naive-hash.js'
import { textFunctions } from './naive-text.js'
import type { Cell, Expression } from './plan.js'

export type Lookup = (name: string) => Cell

/** Kleene's logic where a null may decide nothing; otherwise null where an argument is. */
export function evaluate(e: Expression, at: Lookup): Cell {
  if (e.op === 'col') return at(e.extra[0] as string)
  if (e.op === 'lit') return e.extra[0] as Cell
  if (e.op === 'when') return evaluate(e.args[evaluate(e.args[0]!, at) === true ? 1 : 2]!, at)
  const args = e.args.map(arg => evaluate(arg, at))
  switch (e.op) {
    case 'and':
      return args.includes(false) ? false : args.includes(null) ? null : true
    case 'or':
      return args.includes(true) ? true : args.includes(null) ? null : false
    case 'isNull':
      return args[0] === null
    case 'isNotNull':
      return args[0] !== null
    case 'coalesce':
      return args.find(arg => arg !== null) ?? null
    case 'concatPresent':
      return args.filter(arg => arg !== null).join(e.extra[0] as string)
    case 'eqMissing':
      return args[0] === null || args[1] === null ? args[0] === args[1] : compare('eq', args[0]!, args[1]!)
    default:
      return args.includes(null) ? null : strict(e, args as NonNullable<Cell>[])
  }
}

function compare(op: string, a: NonNullable<Cell>, b: NonNullable<Cell>): boolean {
  if (typeof a === 'string')
    return comparisons[op]!(Buffer.compare(Buffer.from(a), Buffer.from(b as string)), 0)
  return comparisons[op]!(Number(a), Number(b))
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
}

// Precondition: no argument is null.
function strict({ op, kind, extra, args: given }: Expression, args: NonNullable<Cell>[]): Cell {
  const [a, b, c] = args as [any, any, any]
  switch (op) {
    case 'not':
      return !a
    case 'xor':
      return a !== b
    case 'isNaN':
      return Number.isNaN(a)
    case 'fillNaN':
      return Number.isNaN(a) ? b : a
    case 'between':
      return compare('ge', a, b) && compare('le', a, c)
    case 'isIn':
      return (extra[0] as readonly Cell[]).includes(a) && !Number.isNaN(a)
    case 'hashPart':
      return Number(hashOf(a, given[0]!.kind) % BigInt(extra[0] as number))
    case 'castText':
      return given[0]!.kind === 'date' ? new Date(a).toISOString().slice(0, 10) : String(a)
    default:
      if (Object.hasOwn(comparisons, op)) return compare(op, a, b)
      if (given[0]!.kind === 'text') return textFunctions[op]!(a, extra, b)
      return given[0]!.kind === 'date' || given[0]!.kind === 'time'
        ? calendar(op, a, b, extra)
        : number(op, kind, a, b)
  }
}

// There is no -0 among integers.
function number(op: string, kind: string, a: number, b: number): Cell {
  const result = numeric(op, kind, a, b)
  return kind === 'int' && result !== null ? result + 0 : result
}

function numeric(op: string, kind: string, a: number, b: number): number | null {
  switch (op) {
    case 'add':
      return a + b
    case 'sub':
      return a - b
    case 'mul':
      return a * b
    case 'div':
      return a / b
    case 'floorDiv':
      return b === 0 ? null : floorOf(a, b)
    case 'mod':
      return b === 0 ? null : a - b * floorOf(a, b)
    case 'neg':
      return kind === 'int' ? 0 - a : -a
    default:
      return Math[op as 'abs' | 'floor' | 'ceil'](a)
  }
}

// Below 2 ** 45 the quotient is never rounded up to the next integer.
const floorOf = (a: number, b: number): number => Math.floor(a / b)
