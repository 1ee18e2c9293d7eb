import type { InspectOptions } from 'node:util'
import { typeText } from '../../core/dtypes.js'
import { stepCount, summarizePlan } from '../../plan/explain.js'
import type { PlanNode } from '../../plan/step/node.js'
import { cellText, displayWidth, textGrid } from './text-grid.js'

/** A lazy frame in the manner of Dask: names, dtypes, "..." for values that are not there yet, and the plan. */
export function frameSkeleton(plan: PlanNode, options: InspectOptions): string {
  const { fields } = plan.schema
  const count = fields.length === 1 ? '1 column' : `${fields.length} columns`
  const title = `DataFrame  ${count}  (lazy; await .compute())`
  const depth = options.depth
  if (typeof depth === 'number' && depth < 0) return `[${title}]`
  const columns = fields.map(({ name, type }) => [cellText(name), typeText(type), '...', '...', '...'])
  const width = displayWidth()
  const grid = fields.length === 0 ? [] : textGrid(['', '', '0', '1', '...'], columns, width)
  const steps = stepCount(plan)
  const suffix = `  ${steps} ${steps === 1 ? 'step' : 'steps'}`
  return [title, ...grid, `Plan: ${summarizePlan(plan, Math.max(width * 3, 200))}${suffix}`].join('\n')
}
