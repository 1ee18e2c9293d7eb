import { Scope, type ScopeKind } from './scope.js'
import { type Token, Tokenizer, UnreadableSource } from './tokenizer.js'

/** What the parsers of expressions, patterns and statements share: the current token and the current scope. */
export class Parser {
  readonly #tokenizer: Tokenizer
  token: Token
  scope: Scope = new Scope('block')
  /** Of the function being read. */
  isAsync = false
  isGenerator = false
  /** How many class bodies enclose the current token. */
  classDepth = 0
  usesImport = false
  /** Parentheses that turned out not to hold parameters: never tried twice, which keeps the reading linear. */
  readonly notParameters: Set<number> = new Set()

  constructor(text: string) {
    this.#tokenizer = new Tokenizer(text)
    this.token = this.#tokenizer.read(0)
  }

  next(): Token {
    const { token } = this
    this.token = this.#tokenizer.read(token.end)
    return token
  }

  peek(): Token {
    return this.#tokenizer.read(this.token.end)
  }

  /** The current token is that punctuator or word. */
  at(value: string): boolean {
    return this.token.value === value && (this.token.kind === 'punctuator' || this.token.kind === 'name')
  }

  atAny(values: ReadonlySet<string>): boolean {
    return values.has(this.token.value) && (this.token.kind === 'punctuator' || this.token.kind === 'name')
  }

  atMemberName(): boolean {
    return this.token.kind === 'name' || this.token.kind === 'private'
  }

  eat(value: string): boolean {
    if (!this.at(value)) return false
    this.next()
    return true
  }

  expect(value: string): void {
    if (!this.eat(value)) this.fail(`expected ${value}`)
  }

  fail(problem: string): never {
    throw new UnreadableSource(`${problem} at ${this.token.start}, found ${JSON.stringify(this.token.value)}`)
  }

  /** Reads the `/` that is the current token as a regular expression. */
  skipRegex(): void {
    this.token = this.#tokenizer.read(this.#tokenizer.regex(this.token.start).end)
  }

  /** Reads a template whose `` ` `` is the current token; `readExpression` is called at each `${`. */
  skipTemplate(readExpression: () => unknown): undefined {
    let position = this.token.end
    for (;;) {
      const end = this.#tokenizer.templateChunk(position)
      if (this.#tokenizer.text[end] === '`') {
        this.token = this.#tokenizer.read(end + 1)
        return
      }
      if (this.#tokenizer.text[end] !== '$') this.fail('unclosed template')
      this.token = this.#tokenizer.read(end + 2)
      readExpression()
      if (!this.at('}')) this.fail('expected } in a template')
      position = this.token.end
    }
  }

  /** Runs `read` in a new scope, which is closed afterwards. */
  scoped(kind: ScopeKind, read: () => unknown): undefined {
    this.scope = new Scope(kind, this.scope)
    read()
    this.scope.close()
    this.scope = this.scope.parent as Scope
  }

  /** Runs `read` as the inside of a function with these flags. */
  inFunction(kind: ScopeKind, flags: { async: boolean; generator: boolean }, read: () => unknown): undefined {
    const { isAsync, isGenerator } = this
    this.isAsync = flags.async
    this.isGenerator = flags.generator
    this.scoped(kind, read)
    this.isAsync = isAsync
    this.isGenerator = isGenerator
  }

  /** Tries `read`; when the text turns out to be something else, nothing has happened and the answer is false. */
  attempt(read: () => unknown): boolean {
    const { token, scope, isAsync, isGenerator, classDepth, usesImport } = this
    try {
      read()
      return true
    } catch (error) {
      if (!(error instanceof UnreadableSource)) throw error
      Object.assign(this, { token, scope, isAsync, isGenerator, classDepth, usesImport })
      return false
    }
  }
}
