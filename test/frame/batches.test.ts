import { fromColumns, readCsv } from 'millrace'
import { expect, test } from 'vitest'

const rows = 100_000
const text = `n,s\n${Array.from({ length: rows }, (_, i) => `${i},t${i}`).join('\n')}\n`
const df = readCsv(new TextEncoder().encode(text))

test('batches hold all rows in order, none above its size', async () => {
  const values: number[] = []
  for await (const batch of df.batches({ size: 1_000 })) {
    expect(batch.length).toBeLessThanOrEqual(1_000)
    values.push(...(batch.n.toArray() as number[]))
  }
  expect(values).toEqual(Array.from({ length: rows }, (_, i) => i))
})

test('a frame is itself iterable, and can be iterated again', async () => {
  for (let i = 0; i < 2; i++) {
    let seen = 0
    for await (const batch of df.filter(df.n.lt(10))) seen += batch.length
    expect(seen).toBe(10)
  }
})

test('leaving the loop cancels the query', async () => {
  const batches = df.batches({ size: 10 })
  for await (const _batch of batches) break
  expect(await batches.next()).toEqual({ done: true, value: undefined })
  expect(await df.rowCount()).toBe(rows)
})

test('overlapping calls of next keep the order and end together', async () => {
  const batches = fromColumns({ n: [1, 2, 3] }).batches({ size: 1 })
  const results = await Promise.all(Array.from({ length: 5 }, () => batches.next()))
  expect(results.map(result => (result.done ? undefined : result.value.n.get(0)))).toEqual([
    1,
    2,
    3,
    undefined,
    undefined,
  ])
})

test('return before the first batch starts nothing', async () => {
  const batches = df.batches()
  expect(await batches.return!()).toEqual({ done: true, value: undefined })
  expect(await batches.next()).toEqual({ done: true, value: undefined })
})

test('abort rejects with the reason and ends the iteration', async () => {
  const controller = new AbortController()
  const batches = df.batches({ size: 10, signal: controller.signal })
  expect((await batches.next()).done).toBe(false)
  const reason = new Error('enough')
  controller.abort(reason)
  await expect(batches.next()).rejects.toBe(reason)
  expect(await batches.next()).toEqual({ done: true, value: undefined })
})

test('an error of the engine arrives with the line of the call, and ends the iteration', async () => {
  const bad = readCsv(new TextEncoder().encode('n\n1\nx\n'), { schema: { n: 'int64' } })
  const batches = bad.batches()
  const error: Error = await batches.next().catch(caught => caught)
  expect(error).toMatchObject({ code: 'ERR_CSV_TYPE', line: 3 })
  expect(error.stack).toContain('batches.test.ts')
  expect(await batches.next()).toEqual({ done: true, value: undefined })
})

test('wrong options throw at once', () => {
  expect(() => df.batches({ size: 0 })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
  expect(() => df.batches({ sice: 1 } as object)).toThrow(
    expect.objectContaining({ code: 'ERR_UNKNOWN_OPTION' }),
  )
})

test('readings apply to batches', async () => {
  for await (const batch of fromColumns({ n: [2n ** 60n] }).batches({ int64: 'bigint' })) {
    expect(batch.n.get(0)).toBe(2n ** 60n)
  }
})
