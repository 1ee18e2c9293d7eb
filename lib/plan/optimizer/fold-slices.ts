import type { StepNode } from '../step/node.js'
import type { SliceNode } from '../step/slice.js'
import type { SortNode } from '../step/sort.js'
import type { Rule } from './rule.js'

/**
 * Slices and tails move below projections, so that nothing is computed for rows that they leave out; two slices become
 * one; a slice of sorted rows becomes part of the sort, which then only looks for the first rows (top-k).
 */
export const foldSlices: Rule = {
  name: 'fold slices',
  apply(chain) {
    const steps: StepNode[] = []
    for (const step of chain.steps) {
      if (step.kind === 'slice') insertSlice(steps, step)
      else if (step.kind === 'tail') steps.splice(belowProjections(steps), 0, step)
      else steps.push(step)
    }
    return { ...chain, steps }
  },
}

function belowProjections(steps: readonly StepNode[]): number {
  let at = steps.length
  while (steps[at - 1]?.kind === 'project') at--
  return at
}

function insertSlice(steps: StepNode[], slice: SliceNode): void {
  const at = belowProjections(steps)
  const below = steps[at - 1]
  if (below?.kind === 'slice') {
    steps[at - 1] = joined(below, slice)
  } else if (below?.kind === 'sort' && slice.rows !== undefined) {
    steps[at - 1] = limited(below, slice.offset + slice.rows)
    if (slice.offset > 0) steps.splice(at, 0, slice)
  } else {
    steps.splice(at, 0, slice)
  }
}

function joined(first: SliceNode, second: SliceNode): SliceNode {
  const left = first.rows === undefined ? undefined : Math.max(0, first.rows - second.offset)
  const rows = left === undefined ? second.rows : Math.min(left, second.rows ?? left)
  const { rows: _, ...rest } = first
  return { ...rest, offset: first.offset + second.offset, ...(rows !== undefined && { rows }) }
}

function limited(sort: SortNode, rows: number): SortNode {
  return { ...sort, rows: Math.min(rows, sort.rows ?? rows) }
}
