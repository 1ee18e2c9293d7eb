import { type PlanNode, unwind } from '../step/node.js'
import { dropIdentities } from './drop-identities.js'
import { foldConstants } from './fold-constants.js'
import { foldSlices } from './fold-slices.js'
import { mergeFilters } from './merge-filters.js'
import { mergeProjections } from './merge-projections.js'
import { pruneColumns } from './prune-columns.js'
import { pushFilters } from './push-filters.js'
import { type Rule, rebuild } from './rule.js'
import { skipSorts } from './skip-sorts.js'

/**
 * In the order in which they apply. Filters sink before they merge; sorts that nobody sees go before columns are pruned,
 * since their keys count as read; columns are pruned before projections merge, so that a dropped column does not count as
 * a use; identities are looked for last.
 */
export const rules: readonly Rule[] = Object.freeze([
  foldConstants,
  foldSlices,
  pushFilters,
  mergeFilters,
  skipSorts,
  pruneColumns,
  mergeProjections,
  dropIdentities,
])

/** The plan with every rule applied. Pure; the same rows and columns come out. */
export function optimize(plan: PlanNode): PlanNode {
  return rules.reduce((current, rule) => rebuild(rule.apply(unwind(current))), plan)
}
