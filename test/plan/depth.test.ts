import { expect, test } from 'vitest'
import { optimize } from '../../dist/plan/optimizer/optimize.js'
import { serializePlan } from '../../dist/plan/serialize.js'
import { prices as df, planFrom } from './scan.js'

test('an expression of 10,000 operations passes every stage', () => {
  let expr = df.Close.add(1)
  for (let i = 0; i < 9_990; i++) expr = expr.add(df.Open) as unknown as typeof expr
  const frame = df.filter(expr.gt(0)).select('Date')
  expect(serializePlan(optimize(planFrom(frame))).plan.steps).toHaveLength(3)
  expect(frame.explain()).toContain('filter')
  expect(String(frame)).toContain('readCsv')
})

test('an expression 100,000 terms deep is ERR_DEPTH_LIMIT at the term too many', () => {
  let expr = df.Close.add(1)
  let terms = 0
  expect(() => {
    for (; terms < 100_000; terms++) expr = expr.add(1) as unknown as typeof expr
  }).toThrow(expect.objectContaining({ code: 'ERR_DEPTH_LIMIT', hint: expect.stringContaining('balanced') }))
  expect(terms).toBeGreaterThan(9_000)
})

test('a plan of 9,000 steps passes every stage, one of 100,000 is ERR_DEPTH_LIMIT', () => {
  let frame = df
  for (let i = 0; i < 9_000; i++) frame = frame.filter(frame.Close.gt(i))
  expect(serializePlan(optimize(planFrom(frame))).plan.steps).toBeInstanceOf(Array)
  expect(frame.explain({ optimized: false }).split('\n')).toHaveLength(9_001)
  expect(() => {
    for (let i = 0; i < 100_000; i++) frame = frame.head(i)
  }).toThrow(expect.objectContaining({ code: 'ERR_DEPTH_LIMIT' }))
})

test('shared subexpressions are visited and written once', () => {
  let expr = df.Close.add(1)
  for (let i = 0; i < 60; i++) expr = expr.mul(expr) as unknown as typeof expr
  const [, step] = serializePlan(planFrom(df.select(() => ({ x: expr })))).plan.steps as unknown as {
    nodes: unknown[]
  }[]
  expect(step!.nodes).toHaveLength(63)
})

test('equal subexpressions become one node', () => {
  const frame = df.select(c => ({ a: c.High.sub(c.Low).mul(2), b: c.High.sub(c.Low).mul(3) }))
  const [, step] = serializePlan(planFrom(frame)).plan.steps as unknown as { nodes: unknown[] }[]
  expect(step!.nodes.filter(node => (node as string[])[0] === 'sub')).toHaveLength(1)
})
