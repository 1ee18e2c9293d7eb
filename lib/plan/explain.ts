// Plans as people read them.
import { formatExpr, formatName } from './expression/format.js'
import { patternArguments } from './expression/pattern.js'
import { parameterTexts } from './expression/window.js'
import { type AggregateNode, argumentsOf, type NamedAggregate } from './step/aggregate.js'
import type { CsvScanNode } from './step/csv-scan.js'
import type { JoinNode } from './step/join.js'
import type { MapBatchesNode } from './step/map-batches.js'
import {
  inputsOf,
  isSource,
  type PlanNode,
  planOrder,
  type SourceNode,
  type StepNode,
  unwind,
} from './step/node.js'
import type { PatternsNode } from './step/patterns.js'
import type { NamedExpr, ProjectNode } from './step/project.js'
import type { SliceNode } from './step/slice.js'
import type { SortKey, SortNode } from './step/sort.js'
import type { WindowColumn, WindowNode } from './step/window.js'

/** A line of a plan, and the step that it is of. */
export interface PlanLine {
  readonly node: PlanNode
  readonly text: string
}

/** One line a step, the source first: the order in which rows flow. The inputs of joins and concats are indented. */
export function explainPlan(plan: PlanNode): string {
  return planLines(plan)
    .map(({ text }) => text)
    .join('\n')
}

export function planLines(plan: PlanNode): PlanLine[] {
  const lines = new Map<PlanNode, PlanLine[]>()
  const readers = new Map<PlanNode, number>()
  const order = planOrder(plan)
  for (const node of order)
    for (const input of inputsOf(node)) readers.set(input, (readers.get(input) ?? 0) + 1)
  for (const node of order) {
    // A chain is one list that grows; it is copied only where a second reader has its own continuation.
    lines.set(
      node,
      explainNode(node, input => {
        const before = lines.get(input) as PlanLine[]
        return readers.get(input) === 1 ? before : [...before]
      }),
    )
    const count = readers.get(node) ?? 0
    if (count > 1 && !isSource(node)) markShared(lines.get(node) as PlanLine[], count)
  }
  return lines.get(plan) as PlanLine[]
}

/** A step that several read is computed once, and has a line in each of them. */
function markShared(lines: PlanLine[], readers: number): void {
  const { node, text } = lines.at(-1) as PlanLine
  lines[lines.length - 1] = { node, text: `${text}  (once, for ${readers})` }
}

function explainNode(node: PlanNode, linesOf: (input: PlanNode) => PlanLine[]): PlanLine[] {
  if (!isSource(node)) {
    const own = linesOf(node.input)
    own.push({ node, text: `  -> ${formatStep(node, 2_000)}` })
    return own
  }
  const inputs = inputsOf(node).flatMap((input, i) =>
    linesOf(input).map(({ node, text }, at) => ({
      node,
      text: `${at === 0 ? `  ${i + 1}. ` : '     '}${text}`,
    })),
  )
  return [{ node, text: formatSource(node, true) }, ...inputs]
}

/** The plan in one line for the repr; long plans keep their ends. */
export function summarizePlan(plan: PlanNode, length: number): string {
  const { source, steps } = unwind(plan)
  const shown = steps.length <= 8 ? steps : [...steps.slice(0, 4), ...steps.slice(-3)]
  const parts = [formatSource(source, false), ...shown.map(step => formatStep(step, 60))]
  if (shown.length < steps.length) parts.splice(5, 0, `… ${steps.length - shown.length} more`)
  const text = parts.join(' -> ')
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

export function stepCount(plan: PlanNode): number {
  return plan.depth
}

function formatSource(scan: SourceNode, full: boolean): string {
  if (scan.kind === 'join') return formatJoin(scan)
  if (scan.kind === 'mapBatches') return formatFunction(scan)
  if (scan.kind === 'fedScan') return formatFunction(scan.made)
  if (scan.kind === 'concat') return `concat(${scan.inputs.length} frames)`
  if (scan.kind === 'memoryScan') return `memory(${scan.rows} rows, ${scan.schema.names.length} columns)`
  return full ? formatCsv(scan) : `readCsv(${scan.source.label})`
}

function formatJoin({ how, leftKeys, rightKeys, nullsEqual }: JoinNode): string {
  const on = leftKeys.map((key, i) => {
    const other = rightKeys[i] as string
    return key === other ? formatName(key) : `${formatName(key)} = ${formatName(other)}`
  })
  return `join(${how}${on.length > 0 ? ` on ${on.join(', ')}` : ''}${nullsEqual ? ', nulls equal' : ''})`
}

function formatFunction({ call: { keys, label, size }, schema }: MapBatchesNode): string {
  const verb = keys
    ? `groupBy(${keys.map(formatName).join(', ')}).apply(${label})`
    : `mapBatches(${label}, ${size} rows a batch)`
  return `${verb}  gives ${nameList(schema.names)}`
}

function formatCsv({ source, columns, project, schema }: CsvScanNode): string {
  const files = source.files && source.files.length !== 1 ? `, ${source.files.length} files` : ''
  const read = project.length === columns.length ? 'all columns' : nameList(schema.names)
  return `readCsv(${source.label}${files})  reads ${read}${project.length ? ` (${project.length} of ${columns.length})` : ''}`
}

function formatStep(step: StepNode, length: number): string {
  switch (step.kind) {
    case 'filter':
      return `filter(${formatExpr(step.predicate, length)})`
    case 'project':
      return formatProject(step, length)
    case 'aggregate':
      return formatAggregate(step, length)
    case 'slice':
      return formatSlice(step)
    case 'tail':
      return step.leaveOut > 0 ? `slice(-${step.rows}, ${step.rows - step.leaveOut})` : `tail(${step.rows})`
    case 'rowIndex':
      return `withRowIndex(${formatName(step.name)})`
    case 'repeat':
      return `repeat(${formatName(step.counts)} times)`
    case 'sort':
      return formatSort(step, length)
    case 'window':
      return formatWindow(step, length)
    case 'patterns':
      return formatPatterns(step, length)
    case 'sample':
      return `sample(${step.rows ?? `fraction ${step.fraction}`}, seed ${step.seed}${step.replace ? ', replace' : ''})`
  }
}

function formatSlice({ offset, rows }: SliceNode): string {
  if (offset === 0) return `head(${rows ?? ''})`
  return rows === undefined ? `slice(${offset})` : `slice(${offset}, ${rows})`
}

function formatSort({ keys, rows }: SortNode, length: number): string {
  const list = cutList('sortBy', keys.map(formatKey), length)
  return rows === undefined ? list : `${list}.head(${rows})`
}

function formatKey({ column, descending, nulls }: SortKey): string {
  return `${formatName(column)}${descending ? ' desc' : ''}${nulls === 'first' ? ' nulls first' : ''}`
}

function formatWindow({ keys, order, columns, first }: WindowNode, length: number): string {
  const over = keys.length > 0 ? ` over ${keys.map(formatName).join(', ')}` : ''
  const by = order.length > 0 ? ` order by ${order.map(formatKey).join(', ')}` : ''
  const added = columns.length > 0 ? cutList('window', columns.map(formatWindowColumn), length) : ''
  const kept = first === undefined ? '' : `first(${first})`
  return `${[added, kept].filter(Boolean).join(' and ')}${over}${by}`
}

function formatWindowColumn({ name, function: fn, column, parameters }: WindowColumn): string {
  const settings = parameterTexts(parameters)
  return `${formatName(name)} = ${fn}(${[...(column === undefined ? [] : [formatName(column)]), ...settings].join(', ')})`
}

function formatPatterns({ columns }: PatternsNode, length: number): string {
  const calls = columns.map(
    ({ name, column, spec }) =>
      `${formatName(name)} = ${spec.function}(${[formatName(column), ...patternArguments(spec)].join(', ')})`,
  )
  return `${cutList('patterns', calls, length)}  in workers`
}

function formatProject({ columns, input }: ProjectNode, length: number): string {
  const kept = columns.filter(column => isPlain(column))
  if (kept.length === columns.length)
    return cutList(
      'select',
      columns.map(({ name }) => formatName(name)),
      length,
    )
  // Columns that pass through an addition of others are noise.
  const added =
    kept.length === input.schema.names.length ? columns.filter(column => !isPlain(column)) : columns
  const verb = added === columns ? 'select' : 'withColumns'
  return cutList(
    verb,
    added.map(column => (isPlain(column) ? formatName(column.name) : formatNamed(column, length))),
    length,
  )
}

const isPlain = ({ name, expr }: NamedExpr): boolean => expr.op === 'col' && expr.extra[0] === name

function formatNamed({ name, expr }: NamedExpr, length: number): string {
  return `${formatName(name)} = ${formatExpr(expr, length)}`
}

function formatAggregate({ keys, aggregates, order, dropNulls }: AggregateNode, length: number): string {
  const notes = [
    order === 'key' ? '' : order === 'first' ? ", sort 'first'" : ', unsorted',
    dropNulls ? ', without nulls' : '',
  ]
  const by = keys.map(key => (isPlain(key) ? formatName(key.name) : formatNamed(key, length)))
  const group = keys.length === 0 ? '' : `${cutList('groupBy', by, length).slice(0, -1)}${notes.join('')}).`
  return `${group}${cutList('agg', aggregates.map(formatPart), length)}`
}

function formatPart(part: NamedAggregate): string {
  const { name, function: fn, argument, parameters } = part
  const settings = Object.entries(parameters).map(([key, value]) => `${key}=${value}`)
  const inner = [...argumentsOf(part).map(expr => formatExpr(expr, 60)), ...settings].join(', ')
  const call = `${fn}(${inner})`
  const own = argument?.op === 'col' && argument.extra[0] === name
  return own ? call : `${formatName(name)} = ${call}`
}

function cutList(verb: string, items: readonly string[], length: number): string {
  const most = length < 100 ? 3 : 12
  const shown = items.length > most ? [...items.slice(0, most), `… ${items.length - most} more`] : items
  return `${verb}(${shown.join(', ')})`
}

function nameList(names: readonly string[]): string {
  if (names.length === 0) return 'no column, only counts rows'
  return names.length > 12
    ? `${names.slice(0, 12).map(formatName).join(', ')}, …`
    : names.map(formatName).join(', ')
}
