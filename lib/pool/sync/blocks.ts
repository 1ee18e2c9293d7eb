import { type ContextName, headerWords, Place, type SharedBlock } from './shared-block.js'
import { ThreadBlock } from './thread-block.js'

/** A place in a new block of zeros, with room for that many 32-bit words and, behind them, bytes. */
export function newPlace(_context: ContextName, words: number, bytes = 0): Place {
  return new Place(ThreadBlock.create(words * 4 + bytes), headerWords)
}

/** The block of a token; see `SharedBlock.token`. */
export function openBlock(_context: ContextName, memory: unknown): SharedBlock {
  return ThreadBlock.open((memory as Int32Array).buffer as SharedArrayBuffer)
}
