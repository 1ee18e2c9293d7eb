// JavaScript's own operations on text, over a column at a time. Like functions over columns they run in workers, which
// the frames that ask for them need not know.
import type { CallLimits, SharedColumn } from './column-functions.js'

/** What is done to each text. Semantics are those of String.prototype and RegExp.prototype. */
export interface PatternFunction {
  readonly function: 'matches' | 'extract' | 'replace' | 'replaceAll' | 'count' | 'split' | 'normalize'
  /** extract: a group's number or name. */
  readonly group?: number | string
  /** replace, replaceAll: with `$1` and its like. */
  readonly with?: string
  /** split: which piece, from the end when negative. */
  readonly index?: number
  /** normalize: `NFC` and its like. */
  readonly form?: string
}

/** One pattern over the texts of one batch: work for one worker. */
export interface PatternCall {
  readonly column: SharedColumn
  readonly rows: number
  readonly pattern: { readonly source: string; readonly flags: string } | undefined
  readonly functions: readonly PatternFunction[]
  /** Shared: which text is looked at, a row or, in a dict column, a category. */
  readonly place: Int32Array
}

/** A column of results in memory that all threads see: values of each row, or codes of distinct texts. */
export type PatternResult =
  | {
      readonly data: Uint8Array | BigInt64Array
      readonly offsets?: Uint32Array
      readonly validity: Uint8Array | null
    }
  | {
      readonly codes: Uint32Array
      readonly texts: { readonly data: Uint8Array; readonly offsets: Uint32Array }
      readonly validity: Uint8Array | null
    }

export interface PatternRunner {
  /** How many calls run at a time. */
  readonly workers: number
  /** One result for each function. A worker that takes longer than the limit is ended, with ERR_TASK_TIMEOUT. */
  call(call: PatternCall, limits: CallLimits): Promise<readonly PatternResult[]>
}

let installed: PatternRunner | undefined

export function setPatternRunner(runner: PatternRunner): void {
  installed = runner
}

/** Precondition: something has installed itself, as the pool does when it is imported. */
export function patternRunner(): PatternRunner {
  if (!installed) throw new Error('nothing that runs patterns has been installed')
  return installed
}
