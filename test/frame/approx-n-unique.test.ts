// approxNUnique: exact where there are few values, within its error where there are many, and the same every time.
import { fromColumns, readCsv } from 'millrace'
import { expect, test } from 'vitest'

const approximate = async (values: Float64Array, threads?: number) => {
  const table = await fromColumns({ v: values })
    .agg(c => ({ n: c.v.approxNUnique() }))
    .compute(threads ? { threads } : {})
  return table.toObjects()[0]!.n as number
}
const distinct = (count: number, rows: number) =>
  Float64Array.from({ length: rows }, (_, i) => ((i % count) * 2_654_435_761) / 7)

test('is exact up to 256 values', async () => {
  for (const count of [1, 2, 100, 255, 256]) expect(await approximate(distinct(count, 5000))).toBe(count)
  const empty = fromColumns({ v: new Float64Array(0) }).agg(c => ({ n: c.v.approxNUnique() }))
  expect((await empty.compute()).toObjects()).toEqual([{ n: 0 }])
})

test('has an error of few per cent beyond, of every size', async () => {
  const errors: number[] = []
  for (const count of [300, 1000, 4096, 10_000, 65_536, 300_000, 1_000_000]) {
    errors.push((await approximate(distinct(count, Math.max(count, 20_000)))) / count - 1)
  }
  // The standard error is 1.6 %: five of it never happen, and the mean of seven is within two and a half of its own.
  for (const error of errors) expect(Math.abs(error)).toBeLessThan(0.08)
  const mean = errors.reduce((sum, error) => sum + error) / errors.length
  expect(Math.abs(mean)).toBeLessThan((2.5 * 0.0163) / Math.sqrt(errors.length))
})

test('is the same on any number of threads, and on disk', async () => {
  const values = distinct(50_000, 400_000)
  const expected = await approximate(values, 1)
  for (const threads of [2, 3, 8]) expect(await approximate(values, threads)).toBe(expected)
  const csv = `k,v\n${Array.from({ length: 60_000 }, (_, i) => `${i % 3},text ${i % 20_000}`).join('\n')}\n`
  const groups = readCsv(Buffer.from(csv)).groupBy('k').v.approxNUnique()
  const first = (await groups.compute()).toObjects()
  expect((await groups.compute({ threads: 1, spill: 'always' })).toObjects()).toEqual(first)
})

test('counts each group for itself, small and large ones, without null', async () => {
  const rows = 200_000
  const k = Int32Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? i % 5000 : -1))
  const v = Array.from(k, (key, i) => (i % 7 === 0 ? null : key < 0 ? `many ${i}` : `few ${i % 4}`))
  const table = await fromColumns({ k, v })
    .groupBy('k')
    .agg(c => ({ exact: c.v.nUnique(), about: c.v.approxNUnique() }))
    .compute()
  for (const { k: key, exact, about } of table.toObjects() as { k: number; exact: number; about: number }[]) {
    if (key >= 0) expect(about).toBe(exact)
    else expect(Math.abs(about / exact - 1)).toBeLessThan(0.08)
  }
})

test('needs far less memory than the exact count', async () => {
  const frame = fromColumns({ v: distinct(1_000_000, 1_000_000) })
  const peak = async (query: typeof frame) => (await query.compute()).stats.peakBytes
  const exact = await peak(frame.agg(c => ({ n: c.v.nUnique() })) as never)
  expect(await peak(frame.agg(c => ({ n: c.v.approxNUnique() })) as never)).toBeLessThan(exact / 20)
})

test('stands in the dictionary form, beside other aggregates, and in windows, where it is exact', async () => {
  const df = fromColumns({ k: [1, 1, 2], v: ['a', 'b', 'b'] })
  expect(
    (
      await df
        .groupBy('k')
        .agg({ v: ['approxNUnique', 'count'] })
        .compute()
    ).toObjects(),
  ).toEqual([
    { k: 1, v_approxNUnique: 2, v_count: 2 },
    { k: 2, v_approxNUnique: 1, v_count: 1 },
  ])
  const windows = await df.select(c => ({ n: c.v.approxNUnique().over('k') })).compute()
  expect(windows.col('n').toArray()).toEqual([2, 2, 1])
})
