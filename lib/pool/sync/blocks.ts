import { ProcessBlock } from './process-block.js'
import { type ContextName, headerWords, Place, type SharedBlock } from './shared-block.js'
import { ThreadBlock } from './thread-block.js'

/** A place in a new block of zeros, with room for that many 32-bit words and, behind them, bytes. */
export function newPlace(context: ContextName, words: number, bytes = 0): Place {
  const size = words * 4 + bytes
  return new Place(context === 'threads' ? ThreadBlock.create(size) : ProcessBlock.create(size), headerWords)
}

/** The block of a token; see `SharedBlock.token`. */
export function openBlock(context: ContextName, memory: unknown): SharedBlock {
  if (context === 'processes') return ProcessBlock.attach(memory as string)
  return ThreadBlock.open((memory as Int32Array).buffer as SharedArrayBuffer)
}
