import { depthAbove, type PlanBase, type PlanNode } from './node.js'

export interface SampleSettings {
  /** How many rows, or which share of them. */
  readonly rows?: number
  readonly fraction?: number
  /** Below 2^53. */
  readonly seed: number
  readonly replace: boolean
  readonly shuffle: boolean
}

/** Rows chosen by a seeded generator. */
export interface SampleNode extends PlanBase, SampleSettings {
  readonly kind: 'sample'
  readonly input: PlanNode
}

export function sampleNode(input: PlanNode, settings: SampleSettings): SampleNode {
  const { rows, fraction, seed, replace, shuffle } = settings
  return Object.freeze({
    kind: 'sample' as const,
    input,
    ...(rows !== undefined && { rows }),
    ...(fraction !== undefined && { fraction }),
    seed,
    replace,
    shuffle,
    schema: input.schema,
    depth: depthAbove(input),
  })
}
