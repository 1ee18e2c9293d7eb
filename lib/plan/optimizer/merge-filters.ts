import { expression } from '../expression/expression.js'
import type { FilterNode } from '../step/filter.js'
import type { StepNode } from '../step/node.js'
import { canFail } from './can-fail.js'
import type { Rule } from './rule.js'

// Deep enough for any program, and far below the depth limit of expressions.
const deepestMerge = 1_000

/**
 * Neighbouring filters become one, so rows are selected once. A second predicate that can fail stays apart: it must
 * only see what the first one keeps.
 */
export const mergeFilters: Rule = {
  name: 'merge filters',
  apply(chain) {
    const steps: StepNode[] = []
    for (const step of chain.steps) {
      const last = steps.at(-1)
      if (step.kind === 'filter' && last?.kind === 'filter' && mergeable(last, step)) {
        steps[steps.length - 1] = { ...last, predicate: expression('and', [last.predicate, step.predicate]) }
      } else if (!isAlwaysTrue(step)) {
        steps.push(step)
      }
    }
    return { ...chain, steps }
  },
}

function mergeable(first: FilterNode, second: FilterNode): boolean {
  return Math.max(first.predicate.depth, second.predicate.depth) < deepestMerge && !canFail(second.predicate)
}

function isAlwaysTrue(step: StepNode): boolean {
  return step.kind === 'filter' && step.predicate.op === 'lit' && step.predicate.extra[1] === true
}
