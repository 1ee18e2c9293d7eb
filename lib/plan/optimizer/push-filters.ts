import { isFloat } from '../../core/dtypes.js'
import { columnRef } from '../expression/column-ref.js'
import { expression, withArgs } from '../expression/expression.js'
import type { ExprNode } from '../expression/node.js'
import { columnsOf, rewrite } from '../expression/walk.js'
import type { FilterNode } from '../step/filter.js'
import type { StepNode } from '../step/node.js'
import type { ProjectNode } from '../step/project.js'
import type { WindowNode } from '../step/window.js'
import { canFail } from './can-fail.js'
import type { Rule } from './rule.js'

/**
 * Moves filters towards the source, past projections, sorts and windows, so that columns are computed only for the rows that stay and the
 * scan itself can drop rows. A condition moves when every column that it reads passes through the projection as it is
 * (perhaps under another name); a condition on a computed column stays, as moving it would compute that column twice. Past
 * a window only conditions on its keys move: they keep or drop whole partitions.
 */
export const pushFilters: Rule = {
  name: 'push filters down',
  apply(chain) {
    const steps: StepNode[] = []
    for (const step of chain.steps) {
      if (step.kind === 'filter') insert(steps, step)
      else steps.push(step)
    }
    return { ...chain, steps }
  },
}

// Puts the filter behind `steps`, letting its conjuncts sink through the projections at the end.
function insert(steps: StepNode[], filter: FilterNode): void {
  const placed: { at: number; terms: ExprNode[] }[] = []
  let terms = conjuncts(filter.predicate)
  let at = steps.length
  while (terms.length > 0) {
    const below = crossable(steps, at, terms)
    if (below < 0) break
    if (steps[below]?.kind === 'sort') {
      at = below
      continue
    }
    const sources = passedThrough(steps[below] as ProjectNode | WindowNode)
    const staying = terms.filter(term => !reads(term, sources))
    if (staying.length > 0) placed.push({ at, terms: staying })
    terms = terms.filter(term => reads(term, sources)).map(term => renameColumns(term, sources))
    at = below
  }
  if (terms.length > 0) placed.push({ at, terms })
  // From the back, so that earlier positions stay valid.
  for (const place of placed) steps.splice(place.at, 0, { ...filter, predicate: conjunction(place.terms) })
}

// The position of the projection, window or sort that the terms may sink through next, or -1. Other filters may stand between,
// unless a term can fail: then it must not see the rows that those remove.
function crossable(steps: readonly StepNode[], from: number, terms: readonly ExprNode[]): number {
  let at = from - 1
  if (steps[at]?.kind === 'filter' && terms.some(canFail)) return -1
  while (steps[at]?.kind === 'filter') at--
  const step = steps[at]
  const passes = step?.kind === 'project' || step?.kind === 'window'
  return passes || (step?.kind === 'sort' && step.rows === undefined) ? at : -1
}

/** Each term once: `p.and(p)`, over and over, is as many paths as there are atoms, and one term. */
export function conjuncts(predicate: ExprNode): ExprNode[] {
  const terms: ExprNode[] = []
  const seen = new Set<ExprNode>()
  const stack = [predicate]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.op === 'and') stack.push(node.args[1] as ExprNode, node.args[0] as ExprNode)
    else terms.push(node)
  }
  return terms
}

export function conjunction(terms: readonly ExprNode[]): ExprNode {
  return terms.reduce((left, right) => expression('and', [left, right]))
}

/** Output name -> the column node that it merely repeats. */
function passedThrough(step: ProjectNode | WindowNode): ReadonlyMap<string, ExprNode> {
  if (step.kind === 'window') return wholeKeys(step)
  return new Map(step.columns.filter(({ expr }) => expr.op === 'col').map(({ name, expr }) => [name, expr]))
}

// Floats are left out: -0 and 0 are one key, and so are all NaNs, but a condition can tell them apart.
function wholeKeys({ keys, input: { schema } }: WindowNode): ReadonlyMap<string, ExprNode> {
  const fields = keys.map(key => schema.field(key)).filter(({ type }) => !isFloat(type.dtype))
  return new Map(fields.map(({ name, type }) => [name, columnRef(name, type)]))
}

function reads(term: ExprNode, sources: ReadonlyMap<string, ExprNode>): boolean {
  for (const name of columnsOf([term])) if (!sources.has(name)) return false
  return true
}

function renameColumns(term: ExprNode, sources: ReadonlyMap<string, ExprNode>): ExprNode {
  return rewrite(term, (node, args) =>
    node.op === 'col' ? (sources.get(node.extra[0] as string) as ExprNode) : withArgs(node, args),
  )
}
