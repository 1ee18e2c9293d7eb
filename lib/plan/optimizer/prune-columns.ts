import { columnRef } from '../expression/column-ref.js'
import { columnsOf } from '../expression/walk.js'
import { type AggregateNode, argumentsOf } from '../step/aggregate.js'
import { csvScanNode } from '../step/csv-scan.js'
import type { SourceNode, StepNode } from '../step/node.js'
import { type ProjectNode, projectNode } from '../step/project.js'
import type { WindowNode } from '../step/window.js'
import { pruneConcat, pruneJoin } from './push-into-inputs.js'
import type { Chain, Rule } from './rule.js'

/** What is needed of a step's output: these names, or everything. */
type Needed = ReadonlySet<string> | 'all'

/** Computes no column that nobody reads, and makes the scan skip the fields of the others. */
export const pruneColumns: Rule = {
  name: 'prune columns',
  apply(chain): Chain {
    const kept: StepNode[] = []
    let needed: Needed = 'all'
    for (const step of chain.steps.toReversed()) {
      const pruned = pruneStep(step, needed)
      if (!pruned) continue
      kept.push(pruned)
      needed = inputsOf(pruned, needed)
      if (pruned.kind === 'window' && needed !== 'all') kept.push(...picking(pruned, needed))
    }
    return { source: pruneSource(chain.source, needed), steps: kept.reverse() }
  },
}

/** The step without what is not needed; undefined when nothing of it is. */
function pruneStep(step: StepNode, needed: Needed): StepNode | undefined {
  if (needed === 'all') return step
  if (step.kind === 'project') {
    const columns = step.columns.filter(({ name }) => needed.has(name))
    return columns.length === 0 ? undefined : { ...step, columns }
  }
  if (step.kind === 'aggregate') {
    const aggregates = step.aggregates.filter(({ name }) => needed.has(name))
    // Without keys at least one aggregate must stay, or there would be no row.
    const enough = step.keys.length > 0 || aggregates.length > 0
    return { ...step, aggregates: enough ? aggregates : step.aggregates.slice(0, 1) }
  }
  if (step.kind === 'window') {
    const columns = step.columns.filter(({ name }) => needed.has(name))
    return columns.length === 0 && step.first === undefined ? undefined : { ...step, columns }
  }
  if (step.kind === 'patterns') {
    const columns = step.columns.filter(({ name }) => needed.has(name))
    const kept = step.kept.filter(name => needed.has(name))
    return columns.length === 0 ? undefined : { ...step, columns, kept }
  }
  if (step.kind === 'sort') return { ...step, columns: step.columns.filter(name => needed.has(name)) }
  return step.kind === 'rowIndex' && !needed.has(step.name) ? undefined : step
}

function inputsOf(step: StepNode, needed: Needed): Needed {
  switch (step.kind) {
    case 'slice':
    case 'tail':
    case 'sample':
      return needed
    case 'repeat':
      return needed === 'all' ? 'all' : new Set([...needed, step.counts])
    case 'rowIndex':
      return needed === 'all' ? 'all' : without(needed, step.name)
    case 'window':
      return columnsOfWindow(step, needed)
    case 'patterns':
      return new Set([...step.kept, ...step.columns.map(({ column }) => column)])
    case 'sort':
      return new Set([...step.columns, ...step.keys.map(key => key.column)])
    case 'filter':
      return needed === 'all' ? 'all' : new Set([...needed, ...columnsOf([step.predicate])])
    case 'project':
      return columnsOfProject(step)
    case 'aggregate':
      return columnsOfAggregate(step)
  }
}

function columnsOfWindow({ keys, order, columns }: WindowNode, needed: Needed): Needed {
  if (needed === 'all') return 'all'
  const added = new Set(columns.map(({ name }) => name))
  const read = columns.flatMap(({ column }) => (column === undefined ? [] : [column]))
  const passed = [...needed].filter(name => !added.has(name))
  return new Set([...passed, ...keys, ...order.map(({ column }) => column), ...read])
}

// A search for a few rows gathers all their columns from its input, whatever becomes of them.
function picking({ first, input }: WindowNode, needed: ReadonlySet<string>): StepNode[] {
  const fields = input.schema.fields.filter(({ name }) => needed.has(name))
  if (first === undefined || fields.length === input.schema.fields.length) return []
  return [
    projectNode(
      input,
      fields.map(({ name, type }) => ({ name, expr: columnRef(name, type) })),
    ),
  ]
}

function without(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const rest = new Set(names)
  rest.delete(name)
  return rest
}

const columnsOfProject = (step: ProjectNode): Needed => columnsOf(step.columns.map(({ expr }) => expr))

function columnsOfAggregate({ keys, aggregates }: AggregateNode): Needed {
  return columnsOf([...keys.map(({ expr }) => expr), ...aggregates.flatMap(argumentsOf)])
}

function pruneSource(scan: SourceNode, needed: Needed): SourceNode {
  if (scan.kind === 'join') return pruneJoin(scan, needed)
  if (scan.kind === 'concat') return pruneConcat(scan, needed)
  if (needed === 'all' || scan.kind !== 'csvScan') return scan
  const project = scan.project.filter(position => needed.has(scan.columns[position]?.name as string))
  return project.length === scan.project.length ? scan : csvScanNode(scan.source, scan.columns, project)
}
