// The plan as the engine reads it: one small versioned JSON text, and the handles that it counts off.
//
// { version: 1, source, ops: [...], options }
// source  { kind: 'memory', handle } | { kind: 'csv', files | bytes, dialect, columns, project, nullValues, ... }
// op      { op: 'filter', nodes, out } | { op: 'project', nodes, columns } | { op: 'aggregate', nodes, keys, aggregates,
//         order, dropNulls } | { op: 'head', rows }
// node    [operation, ...indices of earlier nodes, ...parameters]
//
// Everything is written in loops: a plan or an expression of any depth costs no stack.
import type { QueryRequest } from '../core/executor.js'
import { encodeExpressions } from './expression/encode.js'
import type { ExprNode, Json } from './expression/node.js'
import type { AggregateNode, NamedAggregate } from './step/aggregate.js'
import type { CsvScanNode } from './step/csv-scan.js'
import { type PlanNode, type ScanNode, type StepNode, unwind } from './step/node.js'
import type { ProjectNode } from './step/project.js'

export const planVersion = 1

/** How this run goes; part of the message, not of the plan. */
export interface RunSettings {
  readonly threads?: number
  /** Bytes. */
  readonly memoryLimit?: number
  readonly mode?: 'collect' | 'stream' | 'persist'
  /** Rows a batch in stream mode. */
  readonly batchRows?: number
}

export function serializePlan(plan: PlanNode, settings: RunSettings = {}): QueryRequest {
  const { scan, steps } = unwind(plan)
  const handles: unknown[] = []
  const message = {
    version: planVersion,
    source: encodeScan(scan, handles),
    ops: steps.map(encodeStep),
    options: { ...settings },
  }
  return { plan: message, handles }
}

function encodeScan(scan: ScanNode, handles: unknown[]): Json {
  if (scan.kind === 'memoryScan') return { kind: 'memory', handle: handles.push(scan.handle) - 1 }
  return encodeCsv(scan, handles)
}

function encodeCsv({ source, columns, project }: CsvScanNode, handles: unknown[]): Json {
  const { files, bytes, dialect, nullValues, onError, maxFieldBytes, maxColumns } = source
  return {
    kind: 'csv',
    ...(bytes ? { bytes: handles.push(bytes) - 1 } : { files: files ?? [] }),
    dialect: { ...dialect },
    columns: columns.map(({ name, type, inferred }) => ({
      name,
      type: type.dtype,
      nullable: type.nullable,
      inferred,
    })),
    project,
    nullValues,
    onError,
    maxFieldBytes,
    maxColumns,
  }
}

function encodeStep(step: StepNode): Json {
  switch (step.kind) {
    case 'filter': {
      const { nodes, outs } = encodeExpressions([step.predicate])
      return { op: 'filter', nodes, out: outs[0] as number }
    }
    case 'project':
      return encodeProject(step)
    case 'aggregate':
      return encodeAggregate(step)
    case 'head':
      return { op: 'head', rows: step.rows }
  }
}

function encodeProject({ columns }: ProjectNode): Json {
  const { nodes, outs } = encodeExpressions(columns.map(({ expr }) => expr))
  return { op: 'project', nodes, columns: columns.map(({ name }, i) => ({ name, out: outs[i] as number })) }
}

function encodeAggregate({ keys, aggregates, order, dropNulls }: AggregateNode): Json {
  const roots: ExprNode[] = keys.map(({ expr }) => expr)
  for (const { argument } of aggregates) if (argument) roots.push(argument)
  const { nodes, outs } = encodeExpressions(roots)
  let next = keys.length
  return {
    op: 'aggregate',
    nodes,
    keys: keys.map(({ name }, i) => ({ name, out: outs[i] as number })),
    aggregates: aggregates.map(part => encodePart(part, part.argument ? outs[next++] : undefined)),
    order,
    dropNulls,
  }
}

function encodePart({ name, function: fn, parameters }: NamedAggregate, out: number | undefined): Json {
  return { name, function: fn, ...(out !== undefined && { out }), ...parameters }
}
