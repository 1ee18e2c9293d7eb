// What an expression is, row by row, in plain JavaScript.
import type { Cell, Expression } from './plan.js'

export type Lookup = (name: string) => Cell

const day = 86_400_000

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
    case 'eqMissing':
      return args[0] === null || args[1] === null ? args[0] === args[1] : compare('eq', args[0]!, args[1]!)
    default:
      return args.includes(null) ? null : strict(e, args as NonNullable<Cell>[])
  }
}

function compare(op: string, a: NonNullable<Cell>, b: NonNullable<Cell>): boolean {
  if (typeof a === 'string') return decide(op, Buffer.compare(Buffer.from(a), Buffer.from(b as string)), 0)
  return decide(op, Number(a), Number(b))
}

function decide(op: string, a: number, b: number): boolean {
  switch (op) {
    case 'eq':
      return a === b
    case 'ne':
      return a !== b
    case 'lt':
      return a < b
    case 'le':
      return a <= b
    case 'gt':
      return a > b
    default:
      return a >= b
  }
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
    case 'contains':
      return a.includes(extra[0])
    case 'startsWith':
      return a.startsWith(extra[0])
    case 'endsWith':
      return a.endsWith(extra[0])
    case 'length':
      return [...a].length
    default:
      if (kind === 'text') return textOf(op, a, b, extra)
      if (kind === 'bool') return compare(op, a, b)
      return given[0]!.kind === 'date' || given[0]!.kind === 'time'
        ? calendar(op, a, extra)
        : number(op, kind, a, b)
  }
}

function textOf(op: string, a: string, b: string, extra: Expression['extra']): string {
  if (op === 'concat') return a + b
  if (op === 'toUpper') return a.toUpperCase()
  if (op === 'toLower') return a.toLowerCase()
  if (op === 'trim') return a.trim()
  const [start, length] = extra as [number, number]
  return [...a].slice(start, start + length).join('')
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

function calendar(op: string, ms: number, extra: Expression['extra']): number {
  const date = new Date(ms)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const weekday = (date.getUTCDay() + 6) % 7
  const today = Math.floor(ms / day) * day
  switch (op) {
    case 'year':
      return year
    case 'month':
      return month + 1
    case 'day':
      return date.getUTCDate()
    case 'weekday':
      return weekday + 1
    case 'quarter':
      return Math.floor(month / 3) + 1
    case 'dayOfYear':
      return (today - Date.UTC(year, 0, 1)) / day + 1
  }
  switch (extra[0]) {
    case 'year':
      return Date.UTC(year, 0, 1)
    case 'month':
      return Date.UTC(year, month, 1)
    case 'week':
      return today - weekday * day
    default:
      return today
  }
}
