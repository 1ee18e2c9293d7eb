// A query that costs less than waking a thread is done at once; every other goes to the engine's threads.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type DataFrame, fromColumns } from '../../dist/index.js'
import { native } from '../../dist/native.js'

afterEach(() => vi.restoreAllMocks())

function rows(count: number) {
  return fromColumns({
    key: Int32Array.from({ length: count }, (_, row) => row % 10),
    value: Float64Array.from({ length: count }, (_, row) => row),
  })
}

async function atOnce(run: () => Promise<unknown>): Promise<boolean> {
  const execute = vi.spyOn(native(), 'execute')
  await run()
  const [call] = execute.mock.results
  execute.mockRestore()
  return call?.type === 'return' && call.value.result !== undefined
}

const meanByKey = (df: ReturnType<typeof rows>) =>
  df
    .filter(c => c.value.gt(3))
    .groupBy('key')
    .agg(c => ({ value: c.value.mean() }))
    .sortBy('key')

// On disk nothing is done at once.
beforeAll(() => void vi.stubEnv('MILLRACE_SPILL', 'auto'))
afterAll(() => void vi.unstubAllEnvs())

test('a thousand rows are done at once, with the same answer as on the threads', async () => {
  const small = meanByKey(rows(1000))
  expect(await atOnce(() => small.compute())).toBe(true)
  const watched = await small.compute({ onProgress() {} })
  expect((await small.compute()).toObjects()).toEqual(watched.toObjects())
})

test.each<[string, () => Promise<unknown>]>([
  ['many rows', () => meanByKey(rows(100_000)).compute()],
  ['a join, which can multiply rows', () => rows(10).join(rows(10), { on: 'key' }).compute()],
  ['a concat of itself, doubled again and again', () => doubled(rows(100), 12).compute()],
  [
    'much text',
    () =>
      fromColumns({ text: ['x'.repeat(200_000)] })
        .filter(c => c.text.ne(''))
        .compute(),
  ],
  [
    'texts that a long format makes of dates',
    () =>
      fromColumns({ t: [new Date()] })
        .select(c => ({ text: c.t.dt.format('%A '.repeat(20)) }))
        .compute(),
  ],
  ['a query whose progress is asked for', () => rows(10).compute({ onProgress() {} })],
])('%s goes to the threads', async (_, run) => {
  expect(await atOnce(run)).toBe(false)
})

test('an error at once is the same error', async () => {
  const text = fromColumns({ text: ['1', 'x'] })
  const wrong = text.withColumns(c => ({ number: c.text.cast('int64') }))
  const here = wrong.compute().catch(error => error)
  const there = wrong.compute({ onProgress() {} }).catch(error => error)
  expect(await here).toMatchObject({ code: (await there).code, message: (await there).message })
  expect((await here).stack).toContain('small-queries.test')
})

function doubled(df: DataFrame, times: number): DataFrame {
  return times === 0 ? df : doubled(df.concat(df), times - 1)
}
