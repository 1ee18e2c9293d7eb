import { MillraceError } from '../core/errors.js'
import { boolean, integer, number, readOptions } from '../core/options.js'
import type { PlanNode } from '../plan/step/node.js'
import { sampleNode } from '../plan/step/sample.js'

export interface SampleOptions {
  /** A share of the rows instead of a number of them: 0.1 is a tenth. */
  readonly fraction?: number
  /** The same seed chooses the same rows of the same data; by default each call makes its own. */
  readonly seed?: number
  /** Whether a row can be chosen more than once; default false. */
  readonly replace?: boolean
  /** Whether the chosen rows come in random order; by default they keep theirs. */
  readonly shuffle?: boolean
}

export function samplePlan(plan: PlanNode, rowsOrOptions: unknown, options: unknown): PlanNode {
  const counted = typeof rowsOrOptions === 'number'
  const {
    fraction,
    seed = Math.floor(Math.random() * 2 ** 53),
    replace = false,
    shuffle = false,
  } = readOptions<SampleOptions>(counted ? options : rowsOrOptions, 'sample', {
    fraction: number(0, Number.MAX_SAFE_INTEGER),
    seed: integer(0),
    replace: boolean,
    shuffle: boolean,
  })
  if (counted === (fraction !== undefined)) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', 'sample takes either a number of rows or a fraction', {
      hint: 'as in sample(100) or sample({ fraction: 0.1 })',
    })
  }
  if (fraction !== undefined && fraction > 1 && !replace) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', 'sample cannot take more rows than there are', {
      hint: 'a fraction above 1 needs replace: true',
    })
  }
  const rows = counted ? integer(0)(rowsOrOptions, 'the rows of sample') : undefined
  return sampleNode(plan, {
    ...(rows !== undefined && { rows }),
    ...(fraction !== undefined && { fraction }),
    seed,
    replace,
    shuffle,
  })
}
