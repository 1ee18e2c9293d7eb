import { aggregateNode } from '../step/aggregate.js'
import { concatNode } from '../step/concat.js'
import { filterNode } from '../step/filter.js'
import { joinNode } from '../step/join.js'
import { mapBatchesNode } from '../step/map-batches.js'
import type { PlanNode, SourceNode, StepNode } from '../step/node.js'
import { patternsNode } from '../step/patterns.js'
import { projectNode } from '../step/project.js'
import { repeatNode } from '../step/repeat.js'
import { rowIndexNode } from '../step/row-index.js'
import { sampleNode } from '../step/sample.js'
import { sliceNode } from '../step/slice.js'
import { sortNode } from '../step/sort.js'
import { tailNode } from '../step/tail.js'
import { windowNode } from '../step/window.js'

/** A query taken apart: the source, and the steps in the order in which they apply. */
export interface Chain {
  readonly source: SourceNode
  readonly steps: readonly StepNode[]
}

/**
 * A rewrite that keeps the rows, their order where order was promised, and the columns. It may remove a run-time error
 * (of a row that is never looked at), never add one. Pure: the input chain is left as it was.
 *
 * Rules look only at what a step itself says; `input` and `schema` of a step may be out of date until `rebuild`.
 */
export interface Rule {
  readonly name: string
  apply(chain: Chain): Chain
}

/** Puts the steps on top of the source again, each bound to the columns it now receives. */
export function rebuild({ source, steps }: Chain): PlanNode {
  let plan: PlanNode = source
  for (const step of steps) plan = withInput(step, plan)
  return plan
}

/** The step on top of another input, bound to its columns. */
export function withInput(step: StepNode, input: PlanNode): StepNode {
  // A rule's own copies are not frozen, and may disagree with their schema.
  if (step.input === input && Object.isFrozen(step)) return step
  switch (step.kind) {
    case 'filter':
      return filterNode(input, step.predicate)
    case 'project':
      return projectNode(input, step.columns)
    case 'aggregate':
      return aggregateNode(input, step, step.aggregates)
    case 'slice':
      return sliceNode(input, step.offset, step.rows)
    case 'tail':
      return tailNode(input, step.rows, step.leaveOut)
    case 'rowIndex':
      return rowIndexNode(input, step.name)
    case 'repeat':
      return repeatNode(input, step.counts)
    case 'sample':
      return sampleNode(input, step)
    case 'window':
      return windowNode(input, step)
    case 'patterns':
      return patternsNode(input, step.kept, step.columns)
    case 'sort':
      return sortNode(input, step.keys, step.columns, step.rows)
  }
}

/** The source on top of other inputs. */
export function withInputs(source: SourceNode, replaced: (input: PlanNode) => PlanNode): SourceNode {
  if (source.kind === 'join') {
    const [left, right] = [replaced(source.left), replaced(source.right)]
    return left === source.left && right === source.right ? source : joinNode(left, right, source)
  }
  if (source.kind === 'mapBatches') {
    const input = replaced(source.input)
    return input === source.input ? source : mapBatchesNode(input, source.call, source.schema)
  }
  if (source.kind !== 'concat') return source
  const inputs = source.inputs.map(replaced)
  return inputs.every((input, i) => input === source.inputs[i]) ? source : concatNode(inputs)
}
