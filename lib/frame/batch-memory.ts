// Batches of texts differ in size: the next one shall fit as well.
const roomFor = (bytes: number): number => Math.ceil((bytes * 1.125) / 4096) * 4096

/**
 * The shared memory that the batches of one query take turns in. Fresh pages cost more than what is written to them, so a
 * batch goes where one was that its function is done with.
 */
export class BatchMemory {
  readonly #spare: SharedArrayBuffer[] = []
  #bytes = 0

  /** Of all that has been taken and not forgotten. */
  get bytes(): number {
    return this.#bytes
  }

  /** Memory with room for so many bytes. What is in it is unspecified. */
  take(bytes: number): SharedArrayBuffer {
    const spare = this.#spare.pop()
    if (spare && spare.byteLength >= bytes) return spare
    if (spare) this.#bytes -= spare.byteLength
    const made = new SharedArrayBuffer(roomFor(bytes))
    this.#bytes += made.byteLength
    return made
  }

  /** By how much `bytes` grows when so many are taken. */
  neededFor(bytes: number): number {
    const spare = this.#spare.at(-1)
    if (!spare) return roomFor(bytes)
    return spare.byteLength >= bytes ? 0 : roomFor(bytes) - spare.byteLength
  }

  /** Forgets what nobody uses now. */
  dropSpare(): void {
    for (const spare of this.#spare.splice(0)) this.#bytes -= spare.byteLength
  }

  /** Precondition: nobody reads or writes it any more. */
  give(memory: SharedArrayBuffer): void {
    this.#spare.push(memory)
  }

  /** It is somebody else's from here on. */
  forget(memory: SharedArrayBuffer): void {
    this.#bytes -= memory.byteLength
  }
}
