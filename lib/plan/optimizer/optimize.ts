import { inputsOf, type PlanNode, unwind } from '../step/node.js'
import { dropIdentities } from './drop-identities.js'
import { foldConstants } from './fold-constants.js'
import { foldSlices } from './fold-slices.js'
import { hoistPatterns } from './hoist-patterns.js'
import { limitPartitions } from './limit-partitions.js'
import { mergeFilters } from './merge-filters.js'
import { mergeProjections } from './merge-projections.js'
import { pruneColumns } from './prune-columns.js'
import { pushFilters } from './push-filters.js'
import { pushIntoInputs } from './push-into-inputs.js'
import { type Chain, type Rule, rebuild, withInputs } from './rule.js'
import { shareSubplans } from './share-subplans.js'
import { skipSorts } from './skip-sorts.js'

const pushDown: Rule = {
  name: 'push filters into joins and concats',
  apply: pushIntoInputs,
}

/**
 * In the order in which they apply. Slices sink below projections, so that filters can follow, and are folded once more when
 * those no longer stand between a slice and a sort. Filters sink before they merge; sorts that nobody sees go before columns are pruned,
 * since their keys count as read; columns are pruned before projections merge, so that a dropped column does not count as
 * a use; identities are looked for when nothing else changes. What workers have to do is taken out last.
 */
export const rules: readonly Rule[] = Object.freeze([
  foldConstants,
  foldSlices,
  pushFilters,
  mergeFilters,
  foldSlices,
  pushDown,
  limitPartitions,
  skipSorts,
  pruneColumns,
  mergeProjections,
  dropIdentities,
  hoistPatterns,
])

/**
 * The plan with every rule applied to every chain of steps, from the result towards the sources: what a chain does not
 * need its inputs need not make. Pure; the same rows and columns come out. Subplans that say the same become one.
 */
export function optimize(plan: PlanNode): PlanNode {
  const done = new Map<PlanNode, PlanNode>()
  const stack = [open(plan)]
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = inputsOf(top.chain.source).find(input => !done.has(input))
    if (next) {
      stack.push(open(next))
    } else {
      const source = withInputs(top.chain.source, input => done.get(input) as PlanNode)
      done.set(top.plan, rebuild({ ...top.chain, source }))
      stack.pop()
    }
  }
  return shareSubplans(done.get(plan) as PlanNode)
}

function open(plan: PlanNode): { plan: PlanNode; chain: Chain } {
  const optimized = rules.reduce((current, rule) => rebuild(rule.apply(unwind(current))), plan)
  return { plan, chain: unwind(optimized) }
}
