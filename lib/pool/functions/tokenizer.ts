/**
 * JavaScript tokens, read on demand. The text is that of a function which the runtime has already compiled, so nothing
 * is validated. What a `/` or a `` ` `` begins depends on the grammar: the parser asks for `regex` or `templateChunk`.
 */

export interface Token {
  readonly kind: 'name' | 'private' | 'number' | 'string' | 'punctuator' | 'template' | 'regex' | 'end'
  /** The name (escapes decoded), the punctuator, or the text. */
  readonly value: string
  readonly start: number
  readonly end: number
  /** A line end stands before it: automatic semicolons depend on that. */
  readonly newline: boolean
}

/** Thrown where the text is none that this reader knows; the caller then leaves the check to the worker. */
export class UnreadableSource extends Error {}

// The longest first.
const punctuators = [
  '>>>=',
  ...['...', '===', '!==', '**=', '<<=', '>>=', '>>>', '&&=', '||=', '??='],
  ...['=>', '==', '!=', '<=', '>=', '&&', '||', '??', '?.', '++', '--'],
  ...['+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<', '>>', '**'],
  ...['{', '}', '(', ')', '[', ']', ';', ',', '<', '>', '+', '-', '*', '/', '%', '&', '|', '^', '!', '~'],
  ...['?', ':', '=', '.', '@'],
]
const byFirst = new Map<string, string[]>()
for (const text of punctuators) byFirst.set(text[0]!, [...(byFirst.get(text[0]!) ?? []), text])

const space = /(?:[\s\uFEFF]|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|^#![^\n]*)*/y
const name =
  /(?:[$_\p{ID_Start}]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})(?:[$\p{ID_Continue}]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})*/uy
const number =
  /0[xX][\da-fA-F_]+n?|0[oO][0-7_]+n?|0[bB][01_]+n?|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?n?/y
const string = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y
const regex = /\/(?:[^/\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/[\p{ID_Continue}$]*/uy
const templateChunk = /[^`\\$]*(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*)*/y

export class Tokenizer {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** The token at or after `position`; a `/` and a `` ` `` come as punctuator and template. */
  read(position: number): Token {
    const start = position + this.#match(space, position).length
    const newline = /[\n\r\u2028\u2029]/.test(this.text.slice(position, start))
    const make = (kind: Token['kind'], end: number, value = this.text.slice(start, end)): Token => ({
      kind,
      value,
      start,
      end,
      newline,
    })
    const first = this.text[start]
    if (first === undefined) return make('end', start, '')
    if (first === '`') return make('template', start + 1)
    if (first === '"' || first === "'") return make('string', start + this.#expect(string, start))
    if (/\d/.test(first) || (first === '.' && /\d/.test(this.text[start + 1] ?? '')))
      return make('number', start + this.#expect(number, start))
    const isPrivate = first === '#'
    const word = this.#match(name, isPrivate ? start + 1 : start)
    if (word)
      return make(
        isPrivate ? 'private' : 'name',
        start + word.length + Number(isPrivate),
        decodeEscapes(word),
      )
    const found = byFirst.get(first)?.find(text => this.text.startsWith(text, start))
    if (!found) throw new UnreadableSource(`unexpected ${JSON.stringify(first)} at ${start}`)
    // `a ?.5 : b` is a conditional.
    const punctuator = found === '?.' && /\d/.test(this.text[start + 2] ?? '') ? '?' : found
    return make('punctuator', start + punctuator.length)
  }

  /** The regular expression whose `/` stands at `start`. */
  regex(start: number): Token {
    const end = start + this.#expect(regex, start)
    return { kind: 'regex', value: this.text.slice(start, end), start, end, newline: false }
  }

  /** The end of the literal text of a template from `position` on: at a `` ` `` or at a `${`. */
  templateChunk(position: number): number {
    return position + this.#match(templateChunk, position).length
  }

  #match(pattern: RegExp, position: number): string {
    pattern.lastIndex = position
    return pattern.exec(this.text)?.[0] ?? ''
  }

  #expect(pattern: RegExp, position: number): number {
    const { length } = this.#match(pattern, position)
    if (length === 0) throw new UnreadableSource(`unreadable text at ${position}`)
    return length
  }
}

function decodeEscapes(word: string): string {
  if (!word.includes('\\')) return word
  return word.replace(/\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))/g, (_, long?: string, short?: string) =>
    String.fromCodePoint(Number.parseInt((long ?? short) as string, 16)),
  )
}
