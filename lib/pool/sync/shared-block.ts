/**
 * The memory under every primitive: a few 32-bit words, and bytes behind them, that threads or processes share. The
 * primitives are written once, over this; only waiting and waking differ between the two kinds (`thread-block.ts`,
 * `process-block.ts`). All state of a primitive is here, so that two instances over one block are one primitive.
 */
import type { ShareTarget } from '../shareable.js'

export type ContextName = ShareTarget

export interface SharedBlock {
  readonly context: ContextName
  /** Atomics work on it in both kinds. Throws ERR_INVALID_STATE once the block is closed. */
  readonly words: Int32Array
  /** The same memory. */
  readonly buffer: ArrayBufferLike
  /** Instances over this block in this thread, by their first word: an object that arrives twice is one object. */
  readonly instances: Map<number, object>
  /** Wakes every waiter of the word. Wakes of one waiter could go to one that has given up or died, and be lost. */
  notify(index: number): void
  /** Blocks this thread while the word has the value, for `ms` at most; false when the time ran out. */
  block(index: number, value: number, ms: number): boolean
  /** The same without blocking. Does not keep the process alive. */
  changed(index: number, value: number, ms: number): Promise<boolean>
  /** What crosses to the target, for `openBlock`; throws ERR_NOT_SHAREABLE when this kind cannot go there. */
  token(target: ShareTarget, name: string): unknown
}

/** Where a primitive lies: a block and its first word. What a constructor takes instead of options to attach to one. */
export class Place {
  readonly block: SharedBlock
  readonly start: number
  constructor(block: SharedBlock, start: number) {
    this.block = block
    this.start = start
  }
}

/** Words at the start of every block that hold its identity. */
export const headerWords = 4

/** Blocks that this thread holds, by identity, so that each exists once. */
const open = new Map<string, WeakRef<SharedBlock>>()
const forget = new FinalizationRegistry<string>(key => {
  if (!open.get(key)?.deref()) open.delete(key)
})

export function knownBlock(key: string): SharedBlock | undefined {
  return open.get(key)?.deref()
}

export function rememberBlock<B extends SharedBlock>(key: string, block: B): B {
  open.set(key, new WeakRef(block))
  forget.register(block, key)
  return block
}
