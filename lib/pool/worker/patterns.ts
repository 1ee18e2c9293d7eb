// JavaScript's own operations over a column of texts, as a worker runs them. Imports nothing but its neighbours.
import type { PatternCall, PatternFunction, PatternResult } from '../../core/pattern-calls.js'
import { type Texts, textsOf } from './distinct-texts.js'
import { returnedColumn, sharedMemory } from './returned-column.js'

const textField = { name: '', dtype: 'utf8' as const, nullable: true }

type Value = string | number | boolean | null

/** One result for each function of the call. */
export function runPatterns(call: unknown): readonly PatternResult[] {
  const { column, rows, pattern, functions, place } = call as PatternCall
  const found = textsOf(column, rows)
  const { texts, places } = found
  const regExp = pattern ? new RegExp(pattern.source, pattern.flags) : /(?:)/
  const values: Value[][] = functions.map(() => new Array(texts.length).fill(null))
  const forEach = (take: (text: string, i: number) => void) => {
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] as string | null
      // Who ends this worker, because it takes too long, reads where it was.
      place[0] = places ? (places[i] as number) : i
      regExp.lastIndex = 0
      if (text !== null) take(text, i)
    }
  }
  // The groups of a match are read off one match.
  const extracts = [...functions.keys()].filter(f => functions[f]?.function === 'extract')
  if (extracts.length > 0)
    forEach((text, i) => {
      const match = regExp.exec(text)
      if (!match) return
      for (const f of extracts)
        (values[f] as Value[])[i] = groupOf(match, functions[f]?.group as number | string) ?? null
    })
  for (const [f, fn] of functions.entries()) {
    if (fn.function === 'extract') continue
    const evaluate = evaluatorOf(fn)
    const own = values[f] as Value[]
    forEach((text, i) => {
      own[i] = evaluate(text, regExp) ?? null
    })
  }
  // The rows without a text have none of the categories.
  const missing = column.categories ? column.validity : null
  return functions.map((fn, f) => resultOf(fn, values[f] as Value[], found, rows, missing))
}

type Evaluate = (text: string, regExp: RegExp) => Value | undefined

function groupOf(match: RegExpExecArray, group: number | string): string | undefined {
  return typeof group === 'number' ? match[group] : match.groups?.[group]
}

function evaluatorOf({ function: fn, with: replacement = '', index = 0, form }: PatternFunction): Evaluate {
  switch (fn) {
    case 'matches':
      return (text, regExp) => regExp.test(text)
    case 'count':
      return (text, regExp) => text.match(regExp)?.length ?? 0
    case 'replace':
      return (text, regExp) => text.replace(regExp, replacement)
    case 'replaceAll':
      return (text, regExp) => text.replaceAll(regExp, replacement)
    case 'split':
      // Pieces behind the one that is asked for need not be made.
      return (text, regExp) => text.split(regExp, index < 0 ? undefined : index + 1).at(index)
    case 'normalize':
      return text => text.normalize(form)
    case 'extract':
      return () => null
  }
}

function resultOf(
  { function: fn }: PatternFunction,
  values: readonly Value[],
  { codes }: Texts,
  rows: number,
  missing: Uint8Array | null,
): PatternResult {
  if (fn === 'matches' || fn === 'count') {
    const data = fn === 'matches' ? truths(values, codes, rows) : counts(values, codes, rows)
    return { data, validity: validityOf(values, codes, rows, missing) }
  }
  const texts = values as readonly (string | null)[]
  const distinct = distinctValues(texts, codes !== undefined)
  if (!distinct) {
    const { data, offsets, validity } = returnedColumn(textField, texts, sharedMemory(new Set()))
    return { data: data as Uint8Array, offsets: offsets as Uint32Array, validity }
  }
  const own = shared(Uint32Array, rows)
  for (let row = 0; row < rows; row++)
    own[row] = distinct.codes[codes ? (codes[row] as number) : row] as number
  const { data, offsets } = returnedColumn(textField, distinct.values, sharedMemory(new Set()))
  return {
    codes: own,
    texts: { data: data as Uint8Array, offsets: offsets as Uint32Array },
    validity: validityOf(values, codes, rows, missing),
  }
}

function truths(values: readonly Value[], codes: Uint32Array | undefined, rows: number): Uint8Array {
  const data = shared(Uint8Array, rows)
  for (let row = 0; row < rows; row++)
    if (values[codes ? (codes[row] as number) : row] === true) data[row] = 1
  return data
}

function counts(values: readonly Value[], codes: Uint32Array | undefined, rows: number): BigInt64Array {
  const data = shared(BigInt64Array, rows)
  for (let row = 0; row < rows; row++) {
    const count = values[codes ? (codes[row] as number) : row] as number | null
    if (count) data[row] = BigInt(count)
  }
  return data
}

// How many values show whether they repeat.
const tried = 4_096

/** Codes of the values; undefined where most are different. Precondition of `always`: there are few. */
function distinctValues(
  given: readonly (string | null)[],
  always: boolean,
): { codes: Uint32Array; values: string[] } | undefined {
  const codes = new Uint32Array(given.length)
  const known = new Map<string, number>()
  for (let i = 0; i < given.length; i++) {
    const text = given[i] as string | null
    if (text === null) continue
    const value = wellFormed(text)
    const code = known.get(value) ?? known.size
    if (code === known.size) known.set(value, code)
    codes[i] = code
    if (!always && i === tried && known.size > tried / 2) return undefined
  }
  return always || given.length > tried ? { codes, values: [...known.keys()] } : undefined
}

// Halves of characters all become the same character in UTF-8: they must not be several texts there.
const wellFormed = (value: string): string => (value as string & { toWellFormed(): string }).toWellFormed()

function validityOf(
  values: readonly Value[],
  codes: Uint32Array | undefined,
  rows: number,
  missing: Uint8Array | null,
): Uint8Array | null {
  if (!missing && !values.includes(null)) return null
  const bits = shared(Uint8Array, (rows + 7) >> 3).fill(255)
  for (let row = 0; row < rows; row++) {
    const present = !missing || ((missing[row >> 3] as number) >> (row & 7)) & 1
    if (present && values[codes ? (codes[row] as number) : row] !== null) continue
    bits[row >> 3] = (bits[row >> 3] as number) & ~(1 << (row & 7))
  }
  return bits
}

function shared<A extends Uint8Array | Uint32Array | BigInt64Array>(
  Made: (new (buffer: SharedArrayBuffer) => A) & { readonly BYTES_PER_ELEMENT: number },
  length: number,
): A {
  return new Made(new SharedArrayBuffer(length * Made.BYTES_PER_ELEMENT))
}
