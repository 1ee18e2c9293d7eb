// Plan nodes: frozen, each knowing its inputs and its output columns. A tree of them is a query; nothing here runs. Between
// nodes with one input, which form chains, stand those that read files, memory, or several other nodes.
import { MillraceError } from '../../core/errors.js'
import type { Schema } from '../../core/schema.js'
import { maxDepth } from '../expression/node.js'
import type { AggregateNode } from './aggregate.js'
import type { ConcatNode } from './concat.js'
import type { CsvScanNode } from './csv-scan.js'
import type { FedScanNode } from './fed-scan.js'
import type { FilterNode } from './filter.js'
import type { JoinNode } from './join.js'
import type { MapBatchesNode } from './map-batches.js'
import type { MemoryScanNode } from './memory-scan.js'
import type { PatternsNode } from './patterns.js'
import type { ProjectNode } from './project.js'
import type { RepeatNode } from './repeat.js'
import type { RowIndexNode } from './row-index.js'
import type { SampleNode } from './sample.js'
import type { SliceNode } from './slice.js'
import type { SortNode } from './sort.js'
import type { TailNode } from './tail.js'
import type { WindowNode } from './window.js'

export type ScanNode = CsvScanNode | MemoryScanNode | FedScanNode
export type StepNode =
  | FilterNode
  | ProjectNode
  | AggregateNode
  | SliceNode
  | TailNode
  | RowIndexNode
  | SortNode
  | SampleNode
  | RepeatNode
  | WindowNode
  | PatternsNode
/** Where a chain of steps begins. */
export type SourceNode = ScanNode | JoinNode | ConcatNode | MapBatchesNode
export type PlanNode = SourceNode | StepNode

export interface PlanBase {
  readonly schema: Schema
  /** Steps from the source to here, the source included. */
  readonly depth: number
}

export function depthAbove(input: PlanNode): number {
  return depthAboveAll([input])
}

export function depthAboveAll(inputs: readonly PlanNode[]): number {
  const depth = inputs.reduce((most, input) => Math.max(most, input.depth), 0)
  if (depth >= maxDepth) {
    throw new MillraceError(
      'ERR_DEPTH_LIMIT',
      `The plan has more than ${maxDepth.toLocaleString('en')} steps`,
      {
        hint: 'compute a part of it first and continue from the result',
      },
    )
  }
  return depth + 1
}

export const isSource = (node: PlanNode): node is SourceNode => sourceKinds.has(node.kind)

const sourceKinds: ReadonlySet<string> = new Set([
  'csvScan',
  'memoryScan',
  'fedScan',
  'join',
  'concat',
  'mapBatches',
])

/** The source and then the steps in the order in which they apply. */
export function unwind(plan: PlanNode): { source: SourceNode; steps: StepNode[] } {
  const steps: StepNode[] = []
  let node = plan
  while (!isSource(node)) {
    steps.push(node)
    node = node.input
  }
  return { source: node, steps: steps.reverse() }
}

/** What a node reads. */
export function inputsOf(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case 'csvScan':
    case 'memoryScan':
    case 'fedScan':
      return []
    case 'join':
      return [node.left, node.right]
    case 'concat':
      return node.inputs
    default:
      return [node.input]
  }
}

/** Every node of the plan once, inputs before those who read them. */
export function planOrder(root: PlanNode): PlanNode[] {
  const order: PlanNode[] = []
  const seen = new Set<PlanNode>([root])
  const stack = [{ node: root, next: 0 }]
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const input = inputsOf(top.node)[top.next++]
    if (!input) {
      order.push(top.node)
      stack.pop()
    } else if (!seen.has(input)) {
      seen.add(input)
      stack.push({ node: input, next: 0 })
    }
  }
  return order
}
