import { encodeNode } from '../serialize.js'
import { inputsOf, isSource, type PlanNode, planOrder, unwind } from '../step/node.js'
import { withInput, withInputs } from './rule.js'

/**
 * Makes subplans that say the same one, so that they are computed once: groups that are joined with themselves, say. A
 * subplan has two readers then, and its rows wait for the second one. So scans, filters and projections alone stay apart:
 * reading them twice costs no memory, and a part of them may never be read.
 */
export function shareSubplans(plan: PlanNode): PlanNode {
  const { source } = unwind(plan)
  if (source.kind !== 'join' && source.kind !== 'concat') return plan
  const names = new Names()
  const made = new Map<PlanNode, PlanNode>()
  const known = new Map<string, PlanNode>()
  for (const node of planOrder(plan)) {
    const now = withMade(node, made)
    const key = isSame(now) ? names.of(now) : undefined
    const same = key === undefined ? undefined : known.get(key)
    if (key !== undefined && !same) known.set(key, now)
    const kept = same && streams(now) ? now : (same ?? now)
    names.set(kept, names.number(same ?? kept))
    made.set(node, kept)
  }
  return made.get(plan) as PlanNode
}

function withMade(node: PlanNode, made: ReadonlyMap<PlanNode, PlanNode>): PlanNode {
  const now = (input: PlanNode): PlanNode => made.get(input) as PlanNode
  return isSource(node) ? withInputs(node, now) : withInput(node, now(node.input))
}

/** Whether what the node says is all that decides about its rows; functions may do anything. */
const isSame = (node: PlanNode): boolean => node.kind !== 'mapBatches'

/** Whether rows pass without waiting, all the way from a scan. */
function streams(node: PlanNode): boolean {
  let at = node
  while (at.kind === 'filter' || at.kind === 'project') at = at.input
  return at.kind === 'csvScan' || at.kind === 'memoryScan'
}

/** Texts of nodes: equal ones for nodes that say the same about inputs that do. */
class Names {
  readonly #numbers = new Map<PlanNode, number>()
  readonly #handles = new Map<unknown, number>()
  #next = 0

  number(node: PlanNode): number {
    const known = this.#numbers.get(node)
    if (known !== undefined) return known
    this.#numbers.set(node, this.#next)
    return this.#next++
  }

  /** Gives the node the number of one that it is the same as. */
  set(node: PlanNode, number: number): void {
    this.#numbers.set(node, number)
  }

  of(node: PlanNode): string {
    const inputs = inputsOf(node).map(input => this.number(input))
    return JSON.stringify([inputs, encodeNode(node, { push: handle => this.#handle(handle) + 1 })])
  }

  #handle(handle: unknown): number {
    const known = this.#handles.get(handle)
    if (known !== undefined) return known
    this.#handles.set(handle, this.#handles.size)
    return this.#handles.size - 1
  }
}
