// Random plans give what loops over arrays give, with the optimizer and without it, whatever the threads and vectors.
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { frameOfPlan, frameOfTable, type Run, runFrame } from './engine.js'
import { choicesFrom } from './make-expression.js'
import type { Row } from './naive-cells.js'
import { evaluate } from './naive-expression.js'
import { interpret, TooManyRows } from './naive-plan.js'
import { TooManyBins } from './naive-time-groups.js'
import type { Cell, Kind, Plan } from './plan.js'
import { ExpressionGenerator } from './random-expression.js'
import { type RandomQuery, randomQuery } from './random-plan.js'
import { randomTable } from './tables.js'

const plans = Number(process.env.MILLRACE_TEST_PLANS ?? 500)

const runs: readonly Run[] = [
  { optimized: false, threads: 1, vectorRows: 3 },
  { optimized: true, threads: 1 },
  { optimized: true, threads: 2 },
  { optimized: true, threads: 3 },
  { optimized: true, threads: 8 },
]

// Which of -0 and 0 stands for a group is nobody's business, and sums end in digits that depend on their order.
function plainCell(cell: Cell, kind: Kind): Cell {
  if (typeof cell !== 'number') return cell
  return kind === 'approx' && Number.isFinite(cell) ? Number(cell.toPrecision(9)) + 0 : cell + 0
}

const plain = (rows: readonly Row[], plan: Plan) =>
  rows.map(row => row.map((cell, i) => plainCell(cell, plan.columns[i]!.kind)))

function expected({ plan, tables }: RandomQuery): readonly Row[] | undefined {
  try {
    return interpret(plan, tables)
  } catch (error) {
    if (error instanceof TooManyRows || error instanceof TooManyBins) return undefined
    throw error
  }
}

async function check(query: RandomQuery, rows: readonly Row[], say: string): Promise<void> {
  const tables = await Promise.all(query.tables.map(frameOfTable))
  const { frame, dispose } = await frameOfPlan(query.plan, tables)
  const wanted = plain(rows, query.plan)
  for (const run of runs) {
    const found = plain(await rowsOf(frame, run, say), query.plan)
    if (!sameRows(found, wanted)) {
      const plan = run.optimized ? frame.explain() : frame.explain({ optimized: false })
      expect(found, `${say} ${JSON.stringify(run)}\n${plan}`).toEqual(wanted)
    }
  }
  expect(frame.columns).toEqual(query.plan.columns.map(({ name }) => name))
  dispose()
}

async function rowsOf(
  frame: Awaited<ReturnType<typeof frameOfPlan>>['frame'],
  run: Run,
  say: string,
): Promise<Row[]> {
  try {
    return await runFrame(frame, run)
  } catch (error) {
    throw new Error(`${say} ${JSON.stringify(run)}\n${frame.explain({ optimized: false })}`, { cause: error })
  }
}

const sameRows = (a: readonly Row[], b: readonly Row[]): boolean =>
  a.length === b.length && a.every((row, i) => row.every((cell, j) => Object.is(cell, b[i]![j])))

test(`${plans} random plans give what plain JavaScript gives (seed ${seed})`, async () => {
  let checked = 0
  for (let i = 0; checked < plans; i++) {
    const query = randomQuery(generator(seed + i), { total: false })
    const rows = expected(query)
    if (!rows) continue
    await check(query, rows, `MILLRACE_TEST_SEED=${seed + i}`)
    checked++
  }
}, 1_200_000)

test(`the rows of p, of not p and of p-is-null are all rows (seed ${seed})`, async () => {
  for (let i = 0; i < 200; i++) {
    const random = generator(seed - 1 - i)
    const table = randomTable(random, false)
    const where = new ExpressionGenerator(choicesFrom(random), table.columns, { total: false }).ofKind(
      'bool',
      3,
    )
    const scan: Plan = { step: 'scan', table: 0, columns: table.columns }
    const tables = [await frameOfTable(table)]
    const not = { ...where, op: 'not', args: [where], extra: [] }
    const isNull = { ...where, op: 'isNull', args: [where], extra: [] }
    const parts = await Promise.all(
      [where, not, isNull].map(async part => {
        const plan: Plan = { step: 'filter', input: scan, where: part, columns: table.columns }
        return runFrame((await frameOfPlan(plan, tables)).frame, { optimized: true, threads: 2 })
      }),
    )
    const say = `MILLRACE_TEST_SEED=${seed - 1 - i} ${JSON.stringify(where)}`
    const sorted = (rows: readonly Row[]) =>
      plain(rows, scan)
        .map(row => JSON.stringify(row.map(String)))
        .sort()
    expect(sorted(parts.flat()), say).toEqual(sorted(table.rows))
    const at = new Map(table.columns.map(({ name }, c) => [name, c]))
    const kept = table.rows.filter(row => evaluate(where, name => row[at.get(name)!]!) === true)
    expect(parts[0]!.length, say).toBe(kept.length)
  }
}, 300_000)
