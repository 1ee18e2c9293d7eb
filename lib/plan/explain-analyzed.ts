import type { QueryStats, StepProfile } from '../core/executor.js'
import { planLines } from './explain.js'
import { type PlanNode, planOrder } from './step/node.js'

const widestPlan = 100

/**
 * The plan that ran, with columns for what each step did. The time of a step is its share of the time that all threads
 * spent, so that the lines add up to about the total.
 */
export function explainAnalyzed(
  plan: PlanNode,
  profile: readonly StepProfile[],
  { peakBytes, spilledBytes, threads, simd }: QueryStats,
  totalMs: number,
): string {
  const stepOf = new Map(planOrder(plan).map((node, at) => [node, profile[at]]))
  const lines = planLines(plan).map(({ node, text }) => [cut(text), ...cells(stepOf.get(node), threads)])
  const rows = [['', 'rows', 'ms', 'read', 'held'], ...lines]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => (row[column] as string).length)))
  const table = rows.map(row =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths?.[i] ?? 0) : cell.padStart(widths?.[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  const total = `${totalMs.toFixed(1)} ms in all, ${threads} ${threads === 1 ? 'thread' : 'threads'} (${simd}), ${bytes(peakBytes)} of memory at the peak${spilledBytes ? `, ${bytes(spilledBytes)} on disk` : ''}`
  return [...table, total].join('\n')
}

function cells(step: StepProfile | undefined, threads: number): string[] {
  if (!step) return ['', '', '', '']
  const [rows, threadMs, read, held] = step
  return [rows.toLocaleString('en'), (threadMs / Math.max(1, threads)).toFixed(1), bytes(read), bytes(held)]
}

const cut = (text: string): string =>
  text.length <= widestPlan ? text : `${text.slice(0, widestPlan - 1)}\u2026`

/** Empty where there are none. */
function bytes(count: number): string {
  if (count === 0) return ''
  const [unit, size] = count < 1e6 ? ['kB', 1e3] : count < 1e9 ? ['MB', 1e6] : ['GB', 1e9]
  return `${(count / size).toFixed(1)} ${unit}`
}
