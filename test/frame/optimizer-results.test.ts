// Random queries give the same rows with the optimizer and without, and the same as written in plain JavaScript.

import { expect, test } from 'vitest'
import { planOf } from '../../dist/frame/data-frame.js'
import { localExecutor } from '../../dist/frame/local-executor.js'
import { tableOf } from '../../dist/frame/table/table.js'
import {
  type DataFrame,
  desc,
  type Expr,
  fromColumns,
  lit,
  readCsv,
  rowNumber,
  when,
} from '../../dist/index.js'
import { type RunSettings, serializePlan } from '../../dist/plan/serialize.js'
import { generator, seed } from '../random.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const pick = <T>(items: readonly T[]): T => items[int(items.length)]!

const rows = 500
const maybe = <T>(make: () => T): (T | null)[] =>
  Array.from({ length: rows }, () => (random() < 0.15 ? null : make()))
const data = {
  a: maybe(() => int(20) - 10),
  b: maybe(() => int(1000) / 8 - 50),
  s: maybe(() => pick(['x', 'y', 'zed', 'ä'])),
  f: maybe(() => random() < 0.5),
}
const memory = fromColumns(data, { schema: { a: 'int64?' } })
const csv = readCsv(new TextEncoder().encode((await memory.compute()).toCsv()), {
  schema: { a: 'int64?', b: 'float64?', s: 'utf8?', f: 'bool?' },
})

type Any = Expr<any, any>
type Frame = DataFrame<any>

function numeric(c: Record<string, Any>, depth: number): Any {
  if (depth === 0) return pick([c.a!, c.b!, lit(int(5)), lit(1.5)])
  const left = numeric(c, depth - 1)
  const right = numeric(c, depth - 1)
  return pick([
    () => left.add(right),
    () => left.sub(right),
    () => left.mul(right),
    () => left.fillNull(1),
    () => left.abs(),
    () => when(condition(c, 0)).then(left).otherwise(right),
  ])() as Any
}

function condition(c: Record<string, Any>, depth: number): Any {
  if (depth === 0) {
    return pick([
      () => c.a!.gt(int(10) - 5),
      () => c.b!.le(c.a!),
      () => c.s!.isIn(['x', 'ä']),
      () => c.f!,
      () => c.s!.isNull(),
      () => lit(random() < 0.5),
    ])() as Any
  }
  const left = condition(c, depth - 1)
  const right = condition(c, depth - 1)
  return pick([() => left.and(right), () => left.or(right), () => left.not(), () => left.xor(right)])() as Any
}

// Ties of the order are rows in their order, which is the same with the optimizer and without.
const windowed = (c: Record<string, Any>): Expr<any> =>
  pick([
    () => c.b!.max().over('s'),
    () => c.b!.count().over('s', 'f'),
    () => rowNumber().over('f', { orderBy: desc('b') }),
    () => c.b!.shift(int(5) - 2).over('s'),
    () => c.a!.cumSum().over('s'),
    () => c.a!.rank({ method: 'min' }),
    () => c.b!.fillForward(),
    () => c.b!.rolling({ rows: 4, minPeriods: 1 }).max().over('s'),
  ])() as Expr<any>

const isNumeric = (frame: Frame, name: string) =>
  /int|float/.test((frame.schema as Record<string, string>)[name] ?? '')

function step(frame: Frame): Frame {
  const complete =
    ['a', 'b', 's', 'f'].every(name => frame.columns.includes(name)) &&
    isNumeric(frame, 'a') &&
    isNumeric(frame, 'b')
  const c = frame.col as unknown as Record<string, Any>
  if (!complete) return frame.head(int(40))
  return pick<() => unknown>([
    () => frame.filter(condition(c, int(3))),
    () => frame.withColumns({ n: numeric(c, int(3)) as Expr<any> }),
    () => frame.withColumns({ b: numeric(c, 1).mul(1.5) as Expr<any> }),
    () => frame.select(() => ({ f: c.f as never, s: c.s as never, b: c.a as never, a: c.b as never })),
    () => frame.rename({ s: 't' }).select(k => ({ a: k.a, s: k.t, b: k.b, f: k.f })),
    () => frame.select('s', 'a', 'f', 'b'),
    () => frame.head(int(400)),
    () => frame.dropNulls('a'),
    () => frame.withColumns({ n: c.a!.sum().over('s') as Expr<any>, m: windowed(c) }),
    () => frame.filter(windowed(c).gt(int(20))),
    () => frame.withColumns({ b: windowed(c) }).filter(condition(c, 1)),
    () => frame.groupBy('s').agg(k => ({ a: k.a.max(), b: k.b.min(), f: k.f.any() })),
    () => frame.groupBy('s', 'f').agg(k => ({ a: k.a.count(), b: k.b.max().sub(k.b.min()) })),
  ])() as Frame
}

async function unoptimized(frame: Frame): Promise<unknown> {
  const plan = planOf(frame)!
  const result = await localExecutor.run(
    serializePlan(plan, { threads: 3, vectorRows: 7 } as RunSettings),
    true,
  ).result
  return tableOf(result, plan.schema, { int64: 'number', dates: 'date' }).toObjects()
}

test(`the optimizer changes no row of 300 random queries (seed ${seed})`, async () => {
  for (let i = 0; i < 300; i++) {
    let frame = (i % 2 ? memory : csv) as unknown as Frame
    for (let steps = 1 + int(6); steps > 0; steps--) frame = step(frame)
    const optimized = await frame.compute({ threads: 2 })
    expect(optimized.toObjects(), frame.explain({ optimized: false })).toEqual(await unoptimized(frame))
  }
}, 120_000)

test(`a condition, its opposite and its nulls share out all rows (seed ${seed})`, async () => {
  for (let i = 0; i < 100; i++) {
    const p = condition(memory.col as never, 2)
    const parts = await Promise.all(
      [p, p.not(), p.isNull()].map(part => csv.filter(part as never).rowCount()),
    )
    expect(parts[0]! + parts[1]! + parts[2]!, String(p)).toBe(rows)
  }
})
