import { isFloat } from '../../core/dtypes.js'
import type { AggregateNode } from '../step/aggregate.js'
import type { StepNode } from '../step/node.js'
import type { Rule } from './rule.js'

// A float sum depends on the order of its terms in the last bits, and results must repeat bit for bit.
const orderFree: ReadonlySet<string> = new Set([
  'count',
  'size',
  'min',
  'max',
  'nUnique',
  'approxNUnique',
  'median',
  'quantile',
  'any',
  'all',
])

/** Neither groups nor rows are sorted when a later aggregation forgets their order. */
export const skipSorts: Rule = {
  name: 'skip sorts that nobody sees',
  apply(chain) {
    let orderMatters = true
    const steps: StepNode[] = []
    for (const step of chain.steps.toReversed()) {
      if (step.kind === 'sort' && !orderMatters && step.rows === undefined) continue
      if (seesOrder.has(step.kind)) orderMatters = true
      if (step.kind !== 'aggregate') {
        steps.push(step)
        continue
      }
      steps.push(!orderMatters && step.order === 'key' ? { ...step, order: 'none' } : step)
      orderMatters = step.order === 'first' || !ignoresOrder(step)
    }
    return { ...chain, steps: steps.reverse() }
  },
}

// Which rows these keep, or how rows that tie come out, follows from the order.
const seesOrder: ReadonlySet<string> = new Set(['slice', 'tail', 'rowIndex', 'sort', 'sample', 'window'])

function ignoresOrder({ aggregates, order }: AggregateNode): boolean {
  if (order === 'first') return false
  return aggregates.every(part => {
    if (part.function === 'sum') return part.argument !== undefined && !isFloat(part.argument.type.dtype)
    return orderFree.has(part.function)
  })
}
