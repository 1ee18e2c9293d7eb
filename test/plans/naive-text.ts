// Functions of text, row by row, in plain JavaScript. Positions and lengths count code points.
import type { Cell, Expression } from './plan.js'

type Extra = Expression['extra']
type Texts = Readonly<Record<string, (text: string, extra: any, other: any) => Cell>>

const points = (text: string): string[] => [...text]
const patternOf = ([source, flags]: Extra): RegExp => new RegExp(source as string, flags as string)
const wholeNumber = /^[+-]?\d+$/
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function trimmed(text: string, characters: string | undefined, start: boolean, end: boolean): string {
  const all = points(text)
  const goes = (found: string | undefined) =>
    found !== undefined && (characters === undefined ? /\s/.test(found) : points(characters).includes(found))
  while (start && goes(all[0])) all.shift()
  while (end && goes(all.at(-1))) all.pop()
  return all.join('')
}

const filling = (text: string, width: number, fill: string): string =>
  points(fill.repeat(width))
    .slice(0, Math.max(0, width - points(text).length))
    .join('')

function levenshtein(a: string, b: string): number {
  const [left, right] = [points(a), points(b)]
  let row = [0, ...right.map((_, j) => j + 1)]
  for (const [i, x] of left.entries()) {
    const next = [i + 1]
    for (const [j, y] of right.entries())
      next.push(Math.min(row[j]! + (x === y ? 0 : 1), row[j + 1]! + 1, next[j]! + 1))
    row = next
  }
  return row.at(-1)!
}

function parsedDate(text: string): Cell {
  const match = /^(\d{1,4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (!match) return null
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null
}

/** What each operation on a text makes of it. Precondition: no argument is null. */
export const textFunctions: Texts = {
  contains: (text, [part]) => text.includes(part),
  startsWith: (text, [part]) => text.startsWith(part),
  endsWith: (text, [part]) => text.endsWith(part),
  length: text => points(text).length,
  byteLength: text => Buffer.byteLength(text),
  toUpper: text => text.toUpperCase(),
  toLower: text => text.toLowerCase(),
  trim: (text, [characters]) => trimmed(text, characters, true, true),
  trimStart: (text, [characters]) => trimmed(text, characters, true, false),
  trimEnd: (text, [characters]) => trimmed(text, characters, false, true),
  slice: (text, [start, length]) =>
    points(text)
      .slice(start, length === undefined ? undefined : start + length)
      .join(''),
  replace: (text, [from, to]) => text.replace(from, () => to),
  replaceAll: (text, [from, to]) => text.split(from).join(to),
  count: (text, [part]) => text.split(part).length - 1,
  find: (text, [part]) => (text.includes(part) ? points(text.slice(0, text.indexOf(part))).length : null),
  split: (text, [separator, index]) => text.split(separator).at(index) ?? null,
  padStart: (text, [width, fill]) => filling(text, width, fill) + text,
  padEnd: (text, [width, fill]) => text + filling(text, width, fill),
  reverse: text => points(text).reverse().join(''),
  repeat: (text, [times]) => text.repeat(times),
  levenshtein: (text, _, other) => levenshtein(text, other),
  toInteger: text => (wholeNumber.test(text) ? Number(text) + 0 : null),
  toNumber: text => (decimal.test(text) ? Number(text) : null),
  toDate: text => parsedDate(text),
  concat: (text, _, other) => text + other,
  concatBetween: (text, [separator], other) => text + separator + other,
  matches: (text, extra) => patternOf(extra).test(text),
  extract: (text, extra) => patternOf(extra).exec(text)?.[extra[2]] ?? null,
  replacePattern: (text, extra) => text.replace(patternOf(extra), extra[2]),
  countPattern: (text, extra) => [...text.matchAll(patternOf(extra))].length,
  splitPattern: (text, extra) => text.split(patternOf(extra)).at(extra[2]) ?? null,
}
