import type { StepNode } from '../step/node.js'
import type { Rule } from './rule.js'

/** Drops projections that repeat exactly the columns they receive, in the same order. Needs an up-to-date chain. */
export const dropIdentities: Rule = {
  name: 'drop projections that change nothing',
  apply: chain => ({ ...chain, steps: chain.steps.filter(step => !isIdentity(step)) }),
}

function isIdentity(step: StepNode): boolean {
  if (step.kind !== 'project') return false
  const { names } = step.input.schema
  return (
    names.length === step.columns.length &&
    step.columns.every(
      ({ name, expr }, i) => expr.op === 'col' && expr.extra[0] === name && names[i] === name,
    )
  )
}
