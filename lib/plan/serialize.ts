// The plan as the engine reads it: one small versioned JSON text, and the handles that it counts off.
//
// { version: 2, steps: [...], options }; the last step is the result
// step    { op: 'memory', handle, made? } | { op: 'csv', files | bytes, dialect, columns, project, nullValues, ... }
//         { op: 'filter', nodes, out } | { op: 'project', nodes, columns } | { op: 'aggregate', nodes, keys, aggregates,
//         order, dropNulls } | { op: 'slice', offset, rows } | { op: 'tail', rows, leaveOut } | { op: 'rowIndex', name } | { op: 'repeat', counts }
//         { op: 'sort', keys, columns, rows } | { op: 'concat' }
//         { op: 'sample', rows | fraction, seed, replace, shuffle }
//         { op: 'window', keys, order, functions, first? }
//         { op: 'join', how, leftKeys, rightKeys, columns, nullsEqual, leftUnique, rightUnique,
//         direction, allowExact, tolerance }
//         and what it reads, as indices of earlier steps: `input`, absent for the step before; `inputs` for several
// node    [operation, ...indices of earlier nodes, ...parameters]
//
// A subplan that is used twice is one step with two readers, and is computed once.
//
// Everything is written in loops: a plan or an expression of any depth costs no stack.
import type { QueryRequest } from '../core/executor.js'
import { encodeExpressions } from './expression/encode.js'
import type { ExprNode, Json } from './expression/node.js'
import { type AggregateNode, argumentsOf, type NamedAggregate } from './step/aggregate.js'
import type { CsvScanNode } from './step/csv-scan.js'
import type { JoinNode } from './step/join.js'
import { isMade } from './step/memory-scan.js'
import { inputsOf, type PlanNode, planOrder } from './step/node.js'
import type { PatternsNode } from './step/patterns.js'
import type { ProjectNode } from './step/project.js'
import type { SampleNode } from './step/sample.js'
import type { SortNode } from './step/sort.js'
import type { WindowNode } from './step/window.js'

export const planVersion = 2

/** How this run goes; part of the message, not of the plan. */
export interface RunSettings {
  readonly threads?: number
  /** Bytes. */
  readonly memoryLimit?: number
  readonly spill?: 'auto' | 'never' | 'always'
  readonly spillDirectory?: string
  /** Bytes. */
  readonly spillLimit?: number
  readonly mode?: 'collect' | 'stream' | 'persist'
  /** Rows a batch in stream mode. */
  readonly batchRows?: number
  /** The result says what each step did. */
  readonly analyze?: boolean
}

export function serializePlan(plan: PlanNode, settings: RunSettings = {}): QueryRequest {
  const handles: unknown[] = []
  const positions = new Map<PlanNode, number>()
  const steps = planOrder(plan).map((node, position) => {
    positions.set(node, position)
    const inputs = inputsOf(node).map(input => positions.get(input) as number)
    return { ...encodeNode(node, handles), ...encodeInputs(inputs, position) }
  })
  return { plan: { version: planVersion, steps, options: { ...settings } }, handles }
}

function encodeInputs(inputs: readonly number[], position: number): { input?: number; inputs?: number[] } {
  if (inputs.length > 1) return { inputs: [...inputs] }
  const [input] = inputs
  return input === undefined || input === position - 1 ? {} : { input }
}

/** Counts off what the plan names by number; an array does. */
interface Handles {
  /** How many there are with this one. */
  push(handle: unknown): number
}

type Encoded = { readonly [key: string]: Json | undefined }

function encodeCsv({ source, columns, project }: CsvScanNode, handles: Handles): Encoded {
  const { files, bytes, dialect, nullValues, onError, maxFieldBytes, maxColumns } = source
  return {
    op: 'csv',
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

/** What a step says, but for its inputs. Precondition: no function. The engine knows no patterns: they run before. */
export function encodeNode(step: PlanNode, handles: Handles): Encoded {
  switch (step.kind) {
    case 'csvScan':
      return encodeCsv(step, handles)
    case 'memoryScan':
      return { op: 'memory', handle: handles.push(step.handle) - 1, ...(isMade(step) && { made: true }) }
    case 'fedScan':
      return { op: 'memory', handle: handles.push(step.handle) - 1, made: true }
    case 'join':
      return encodeJoin(step)
    case 'mapBatches':
      throw new Error('functions run before a plan is written')
    case 'concat':
      return { op: 'concat' }
    case 'filter': {
      const { nodes, outs } = encodeExpressions([step.predicate])
      return { op: 'filter', nodes, out: outs[0] as number }
    }
    case 'project':
      return encodeProject(step)
    case 'aggregate':
      return encodeAggregate(step)
    case 'slice':
      return { op: 'slice', offset: step.offset, rows: step.rows }
    case 'tail':
      return { op: 'tail', rows: step.rows, leaveOut: step.leaveOut }
    case 'rowIndex':
      return { op: 'rowIndex', name: step.name }
    case 'repeat':
      return { op: 'repeat', counts: step.counts }
    case 'sort':
      return encodeSort(step)
    case 'sample':
      return encodeSample(step)
    case 'window':
      return encodeWindow(step)
    case 'patterns':
      return encodePatterns(step)
  }
}

function encodeJoin(join: JoinNode): Encoded {
  const { how, leftKeys, rightKeys, columns, nullsEqual, leftUnique, rightUnique, asof } = join
  return {
    op: 'join',
    how,
    leftKeys,
    rightKeys,
    columns: columns.map(column => ({ ...column })),
    nullsEqual,
    leftUnique,
    rightUnique,
    ...asof,
  }
}

function encodeSample({ rows, fraction, seed, replace, shuffle }: SampleNode): Encoded {
  return { op: 'sample', rows, fraction, seed, replace, shuffle }
}

function encodeSort({ keys, columns, rows }: SortNode): Encoded {
  return { op: 'sort', keys: keys.map(key => ({ ...key })), columns, rows }
}

function encodeWindow({ keys, order, columns, first }: WindowNode): Encoded {
  return {
    op: 'window',
    keys,
    order: order.map(key => ({ ...key })),
    functions: columns.map(({ name, function: fn, column, parameters }) => ({
      name,
      function: fn,
      ...(column !== undefined && { column }),
      ...(parameters as Encoded),
    })),
    ...(first !== undefined && { first }),
  }
}

function encodePatterns({ kept, columns }: PatternsNode): Encoded {
  return {
    op: 'patterns',
    kept,
    columns: columns.map(({ name, column, spec }) => ({ name, column, ...spec })),
  }
}

function encodeProject({ columns }: ProjectNode): Encoded {
  const { nodes, outs } = encodeExpressions(columns.map(({ expr }) => expr))
  return { op: 'project', nodes, columns: columns.map(({ name }, i) => ({ name, out: outs[i] as number })) }
}

function encodeAggregate({ keys, aggregates, order, dropNulls }: AggregateNode): Encoded {
  const roots: ExprNode[] = keys.map(({ expr }) => expr)
  for (const part of aggregates) roots.push(...argumentsOf(part))
  const { nodes, outs } = encodeExpressions(roots)
  let next = keys.length
  return {
    op: 'aggregate',
    nodes,
    keys: keys.map(({ name }, i) => ({ name, out: outs[i] as number })),
    aggregates: aggregates.map(part =>
      encodePart(
        part,
        argumentsOf(part).map(() => outs[next++] as number),
      ),
    ),
    order,
    dropNulls,
  }
}

function encodePart({ name, function: fn, parameters }: NamedAggregate, outs: readonly number[]): Json {
  const [out, second] = outs
  return {
    name,
    function: fn,
    ...(out !== undefined && { out }),
    ...(second !== undefined && { second }),
    ...parameters,
  }
}
