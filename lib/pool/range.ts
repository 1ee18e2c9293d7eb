import { invalidArgument } from '../core/errors.js'
import type { RangeItems } from './worker/protocol.js'

/** Numbers from `start` to below `stop`: nothing is stored, and a pool ships it as three numbers. */
export class Range implements Iterable<number>, RangeItems {
  readonly range: true = true as const
  readonly start: number
  readonly stop: number
  readonly step: number
  readonly length: number

  constructor(start: number, stop: number, step: number) {
    this.start = start
    this.stop = stop
    this.step = step
    this.length = Math.max(0, Math.ceil((stop - start) / step))
    Object.freeze(this)
  }

  at(index: number): number | undefined {
    const i = index < 0 ? index + this.length : index
    return i >= 0 && i < this.length ? this.start + i * this.step : undefined
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield this.start + i * this.step
  }
}

/**
 * Python's `range(stop)`, `range(start, stop)`, `range(start, stop, step)`: lazy, of known length.
 * Costs nothing. Throws ERR_INVALID_ARGUMENT for a step of 0 and for what is no finite number.
 *
 * @example
 * const numbers = [...range(2, 10, 3)]
 */
export function range(startOrStop: number, stop?: number, step = 1): Range {
  const [from, to] = stop === undefined ? [0, startOrStop] : [startOrStop, stop]
  for (const [value, name] of [
    [from, 'the start of range'],
    [to, 'the stop of range'],
    [step, 'the step of range'],
  ] as const) {
    if (!Number.isFinite(value)) throw invalidArgument('a finite number', name, value)
  }
  if (step === 0) throw invalidArgument('a number that is not 0', 'the step of range', step)
  return new Range(from, to, step)
}
