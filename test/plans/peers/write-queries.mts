// Writes random queries and millrace's rows for them, one JSON object a line, for compare.py. Arguments: how many, and the
// first seed. JSON has no NaN, -0 or infinities: numbers that it cannot hold are {"n": "NaN"}.

import { generator } from '../../random.js'
import { frameOfPlan, frameOfTable, runFrame } from '../engine.js'
import { interpret, TooManyRows } from '../naive-plan.js'
import type { Plan } from '../plan.js'
import { type RandomQuery, randomQuery } from '../random-plan.js'

const [count = 5000, first = 1] = process.argv.slice(2).map(Number)

const encoded = (_: string, value: unknown) =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? { n: Object.is(value, -0) ? '-0.0' : String(value) }
    : value

function small({ plan, tables }: RandomQuery): boolean {
  try {
    interpret(plan, tables)
    return true
  } catch (error) {
    if (error instanceof TooManyRows) return false
    throw error
  }
}

async function write(query: RandomQuery, seed: number): Promise<void> {
  const plan: Plan = query.plan
  const tables = await Promise.all(query.tables.map(frameOfTable))
  const { frame, dispose } = await frameOfPlan(plan, tables)
  const rows = await runFrame(frame, { optimized: true, threads: 2 })
  dispose()
  process.stdout.write(`${JSON.stringify({ seed, ...query, rows }, encoded)}\n`)
}

for (let seed = first, written = 0; written < count; seed++) {
  const query = randomQuery(generator(seed), { total: true })
  if (!small(query)) continue
  await write(query, seed)
  written++
}
