// Groups of persisted frames are found by what is known of their keys: ranges, dictionaries, nulls. Whatever that is, the
// answer is the one of the same frame in plain memory, of which nothing is known.
import { count, type DataFrame, fromColumns } from 'millrace'
import { describe, expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { everyType, frameOfTypes } from './random-frames.js'

const csv = async (df: DataFrame<any>, threads: number) => (await df.compute({ threads })).toCsv()

describe(`groups by known keys, seed ${seed}`, () => {
  const random = generator(seed)
  const names = everyType.map((_, i) => `c${i}`)
  const exact = ['int8', 'int32', 'int64', 'uint64', 'bool', 'date'].map(
    dtype => names[everyType.indexOf(dtype)]!,
  )

  test('are those of unknown ones: all types, few keys and many, any order, filters, dropped nulls, threads', async () => {
    for (let round = 0; round < 80; round++) {
      const large = round % 8 === 0
      const rowCount = Math.floor(random() * (large ? 9000 : 120))
      const few = 1 + Math.floor(random() * (large ? 2000 : 30))
      const { frame } = frameOfTypes(random, rowCount, names, everyType, few)
      const keys = [
        ...new Set(
          Array.from({ length: 1 + (round % 4) }, () => names[Math.floor(random() * names.length)]!),
        ),
      ]
      const options = {
        sort: ([true, 'first', false] as const)[round % 3]!,
        dropNulls: random() < 0.3,
      }
      const ask = (df: DataFrame<any>) =>
        df
          .filter((c: any) => (round % 5 === 1 ? c[names[2]!].gt(0) : c[names[2]!].isNull().or(true)))
          .groupBy(...(keys as [string]), options)
          .agg((c: any) => ({
            size: count(),
            ...Object.fromEntries(
              exact.flatMap(name => [
                [`${name} n`, c[name].count()],
                [`${name} min`, c[name].min()],
                [`${name} max`, c[name].max()],
                [`${name} first`, c[name].first()],
                [`${name} last`, c[name].last()],
                [`${name} distinct`, c[name].nUnique()],
              ]),
            ),
            'c1 sum': c[names[1]!].sum(),
            'c1 mean': c[names[1]!].mean(),
            'c5 max': c[names[5]!].max(),
            'c6 max': c[names[6]!].max(),
            'c6 min': c[names[6]!].min(),
            'c6 n': c[names[6]!].count(),
            'c7 last': c[names[7]!].last(),
          })) as DataFrame<any>
      const hot = await frame.persist()
      const expected = await csv(ask(frame), 1)
      const lines = (text: string) => (options.sort === false ? text.split('\n').sort().join('\n') : text)
      for (const threads of [1, 3]) expect(lines(await csv(ask(hot), threads))).toBe(lines(expected))
    }
  })

  test('sums and means of floats are the same bits on every number of threads', async () => {
    const rows = 400_000
    const keys = Int32Array.from({ length: rows }, (_, i) => (i * 7919) % 211)
    const v = Float64Array.from({ length: rows }, () => random() * 1e6 - 5e5)
    const hot = await fromColumns({ keys, v }).persist()
    const asked = hot.groupBy('keys').agg(c => ({ sum: c.v.sum(), mean: c.v.mean(), n: c.v.count() }))
    const first = await csv(asked, 1)
    for (const threads of [2, 3, 8]) expect(await csv(asked, threads)).toBe(first)
    const sums = new Map<number, [number, number]>()
    keys.forEach((key, i) => {
      const [sum, n] = sums.get(key) ?? [0, 0]
      sums.set(key, [sum + v[i]!, n + 1])
    })
    for (const row of (await asked.compute()).toObjects()) {
      const [sum, n] = sums.get(row.keys)!
      expect(row.n).toBe(n)
      expect(Math.abs(row.sum - sum)).toBeLessThan(1e-4)
      expect(Math.abs(row.mean - sum / n)).toBeLessThan(1e-6)
    }
  })
})

describe('sums at the edge of 64 bits', () => {
  const sumOf = async (values: bigint[]) => {
    const frame = fromColumns({ k: values.map(() => 1), v: BigInt64Array.from(values) })
    const hot = await frame.persist()
    return hot
      .groupBy('k')
      .agg(c => ({ sum: c.v.sum(), mean: c.v.mean() }))
      .compute({ int64: 'bigint' })
  }

  test('fit as long as the result does', async () => {
    const most = 2n ** 63n - 1n
    expect((await sumOf([most, 1n, -5n])).toObjects()[0]).toEqual({
      k: 1,
      sum: most - 4n,
      mean: Number(most - 4n) / 3,
    })
    expect((await sumOf([-(2n ** 63n)])).toObjects()[0]?.sum).toBe(-(2n ** 63n))
    expect((await sumOf([2n ** 62n, 2n ** 62n - 1n])).toObjects()[0]?.sum).toBe(most)
  })

  test('overflow is an error, however little each value is', async () => {
    await expect(sumOf([2n ** 62n, 2n ** 62n])).rejects.toMatchObject({ code: 'ERR_OVERFLOW' })
    await expect(sumOf([-(2n ** 62n) - 1n, -(2n ** 62n)])).rejects.toMatchObject({ code: 'ERR_OVERFLOW' })
  })
})

test('keys of all ranges: whole int64, one value, all null, none at all', async () => {
  const wide = fromColumns(
    {
      a: BigInt64Array.from([-(2n ** 63n), 2n ** 63n - 1n, 0n, 0n]),
      b: ['x', 'y', 'x', 'x'],
      one: Int16Array.of(7, 7, 7, 7),
      none: [null, null, null, null],
    },
    { schema: { none: 'int32?' } as never },
  )
  const ask = (df: typeof wide, ...keys: string[]) =>
    df.groupBy(...(keys as ['a'])).agg(() => ({ n: count() })) as DataFrame<any>
  for (const df of [wide, await wide.persist()]) {
    const rows = async (...keys: string[]) =>
      (await ask(df, ...keys).compute({ int64: 'bigint' }))
        .toObjects()
        .map(row => Object.values(row).map(String))
    expect(await rows('a')).toEqual([
      ['-9223372036854775808', '1'],
      ['0', '2'],
      ['9223372036854775807', '1'],
    ])
    expect(await rows('b', 'one', 'none')).toEqual([
      ['x', '7', 'null', '3'],
      ['y', '7', 'null', '1'],
    ])
    expect(await rows('a', 'b')).toEqual([
      ['-9223372036854775808', 'x', '1'],
      ['0', 'x', '2'],
      ['9223372036854775807', 'y', '1'],
    ])
  }
  const empty = await wide.filter(c => (c.one as any).gt(7)).persist()
  expect((await ask(empty, 'a', 'b', 'one').compute()).toObjects()).toEqual([])
})
