import type { ExprNode } from '../expression/node.js'
import type { FilterNode } from '../step/filter.js'
import type { StepNode } from '../step/node.js'
import type { WindowNode } from '../step/window.js'
import { conjunction, conjuncts } from './push-filters.js'
import type { Rule } from './rule.js'

/**
 * "The largest two of each group": a filter on the row number of a partition keeps its first rows, which are found
 * without ordering the others. What else the filter or later steps ask of the numbers is answered from the rows that are
 * left, whose numbers are the same.
 */
export const limitPartitions: Rule = {
  name: 'keep the first rows of partitions',
  apply(chain) {
    const steps: StepNode[] = []
    for (const step of chain.steps) {
      const last = steps.at(-1)
      const limited = step.kind === 'filter' && last?.kind === 'window' ? limit(last, step) : undefined
      if (limited) steps.splice(-1, 1, ...limited)
      else steps.push(step)
    }
    return { ...chain, steps }
  },
}

function limit(window: WindowNode, filter: FilterNode): StepNode[] | undefined {
  if (window.first !== undefined || window.columns.some(column => column.function !== 'rowNumber'))
    return undefined
  const names = new Set(window.columns.map(({ name }) => name))
  const terms = conjuncts(filter.predicate)
  const limits = terms.map(term => mostRows(term, names))
  const first = Math.min(...limits.map(most => most ?? Number.POSITIVE_INFINITY))
  if (!Number.isFinite(first)) return undefined
  const rest = terms.filter((_, i) => limits[i] === undefined)
  return [
    { ...window, columns: [], first },
    window,
    ...(rest.length > 0 ? [{ ...filter, predicate: conjunction(rest) }] : []),
  ]
}

/** The n of "one of `numbers` is at most n"; undefined where the term says something else, or more. */
function mostRows(term: ExprNode, numbers: ReadonlySet<string>): number | undefined {
  const [left, right] = term.args
  if (!left || !right || term.args.length !== 2) return undefined
  const forwards = isNumber(left, numbers) ? wholeLiteral(right) : undefined
  if (forwards !== undefined) {
    if (term.op === 'le') return Math.max(0, forwards)
    if (term.op === 'lt') return Math.max(0, forwards - 1)
    return term.op === 'eq' && forwards <= 1 ? Math.max(0, forwards) : undefined
  }
  const backwards = isNumber(right, numbers) ? wholeLiteral(left) : undefined
  if (backwards === undefined) return undefined
  if (term.op === 'ge') return Math.max(0, backwards)
  return term.op === 'gt' ? Math.max(0, backwards - 1) : undefined
}

const isNumber = (node: ExprNode, numbers: ReadonlySet<string>): boolean =>
  node.op === 'col' && numbers.has(node.extra[0] as string)

function wholeLiteral(node: ExprNode): number | undefined {
  if (node.op !== 'lit') return undefined
  const value = Number(node.extra[1] ?? Number.NaN)
  return Number.isSafeInteger(value) ? value : undefined
}
