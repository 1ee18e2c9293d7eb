/** Results on their way to one reader, which pulls them as an async iterator. */
export class ResultQueue<T> implements AsyncIterableIterator<T> {
  #values: T[] = []
  #head = 0
  #end: { error: unknown } | 'done' | undefined
  readonly #readers: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void }[] = []
  /** Called for every value that is read. */
  onRead: () => void = () => {}
  /** Called once, when the reader leaves early. */
  onReturn: () => void = () => {}

  push(value: T): void {
    const reader = this.#readers.shift()
    if (!reader) {
      this.#values.push(value)
      return
    }
    reader.resolve({ done: false, value })
    this.onRead()
  }

  end(): void {
    this.#finish('done')
  }

  /** Values that came before are read first. */
  fail(error: unknown): void {
    this.#finish({ error })
  }

  #finish(end: { error: unknown } | 'done'): void {
    this.#end ??= end
    for (const reader of this.#readers.splice(0)) {
      if (this.#end === 'done') reader.resolve({ done: true, value: undefined })
      else {
        reader.reject(this.#end.error)
        this.#end = 'done'
      }
    }
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#head < this.#values.length) {
      const value = this.#values[this.#head] as T
      this.#values[this.#head++] = undefined as never
      if (this.#head * 2 > this.#values.length) {
        this.#values = this.#values.slice(this.#head)
        this.#head = 0
      }
      this.onRead()
      return Promise.resolve({ done: false, value })
    }
    if (this.#end === 'done') return Promise.resolve({ done: true, value: undefined })
    if (this.#end) {
      const { error } = this.#end
      this.#end = 'done'
      return Promise.reject(error)
    }
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }))
  }

  return(): Promise<IteratorResult<T>> {
    this.#values = []
    this.#head = 0
    if (this.#end === undefined) this.onReturn()
    this.#finish('done')
    this.#end = 'done'
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
