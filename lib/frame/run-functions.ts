// Queries with JavaScript functions in them. Each function takes the batches of what it reads as the engine makes them, and
// the rest of the plan reads what it gives as it comes; so all of a plan runs at once, and none of it needs to be in memory
// whole. This thread only passes on who works where: nothing it does takes longer for more rows.
import { holdsPattern } from '../plan/optimizer/hoist-patterns.js'
import { optimize } from '../plan/optimizer/optimize.js'
import { replaceNode } from '../plan/replace-node.js'
import { type MapBatchesNode, mapBatchesNode } from '../plan/step/map-batches.js'
import { inputsOf, type PlanNode, planOrder } from '../plan/step/node.js'
import type { FunctionRun } from './batch-step.js'
import { bytesOfFunctions } from './function-rows.js'
import { FunctionStep } from './function-step.js'
import { PatternStep } from './run-patterns.js'

const isFunction = (node: PlanNode): node is MapBatchesNode => node.kind === 'mapBatches'

/** Whether something in the plan is not for the engine. */
export const hasFunctions = (plan: PlanNode): boolean =>
  planOrder(plan).some(node => isFunction(node) || node.kind === 'patterns' || holdsPattern(node))

/** How many functions of the plan work while the rest of it runs. */
export const countFed = (plan: PlanNode): number =>
  planOrder(plan).filter(node => isFunction(node) && isReadOnce(plan, node)).length

/**
 * The plan with the rows of its functions in their place, most of them still to come: `run.steps` are at work until the one
 * query that may read it is over.
 */
export async function runFunctions(plan: PlanNode, run: FunctionRun): Promise<PlanNode> {
  let rest = plan
  for (;;) {
    // Inputs come before those who read them, so what this one reads has no other function in it.
    const next = planOrder(rest).find(isFunction)
    if (!next) return runPatterns(rest, run)
    const once = isReadOnce(rest, next)
    const input = await runPatterns(next.input, run)
    const node = input === next.input ? next : mapBatchesNode(input, next.call, next.schema)
    if (node !== next) rest = replaceNode(rest, next, node)
    const step = new FunctionStep(node, { ...run, heldBytes: bytesOfFunctions(rest) })
    rest = replaceNode(rest, node, await (once ? step.fed() : step.rows()))
  }
}

/** Whether one query reads the node, and that once. Otherwise its rows have to be kept. */
function isReadOnce(plan: PlanNode, node: PlanNode): boolean {
  const readers = new Map<PlanNode, PlanNode[]>()
  for (const reader of planOrder(plan))
    for (const input of inputsOf(reader)) readers.set(input, [...(readers.get(input) ?? []), reader])
  for (let at = node; ; ) {
    const [reader, another] = readers.get(at) ?? []
    if (another) return false
    if (!reader || isFunction(reader)) return true
    at = reader
  }
}

/** The same for patterns, which the optimizer makes steps of; their rows are kept. Precondition: no functions. */
async function runPatterns(plan: PlanNode, run: FunctionRun): Promise<PlanNode> {
  if (!hasFunctions(plan)) return plan
  let rest = optimize(plan)
  for (;;) {
    const next = planOrder(rest).find(node => node.kind === 'patterns')
    if (!next) return rest
    const step = new PatternStep(next, { ...run, heldBytes: bytesOfFunctions(rest) })
    rest = replaceNode(rest, next, await step.rows())
  }
}
