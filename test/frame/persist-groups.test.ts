import { type DataFrame, fromColumns } from 'millrace'
import { describe, expect, test } from 'vitest'

describe('keys that are read by their codes alone', () => {
  const rows = 40_000
  const place = Array.from({ length: rows }, (_, i) => (i % 17 === 5 ? null : `place ${(i * 7919) % 23}`))
  const kind = Array.from({ length: rows }, (_, i) => (i % 29 === 7 ? null : `k${i % 5}`))
  const frame = fromColumns({ place, kind, v: Float64Array.from(place, (_, i) => (i * 31) % 997) })
  const asked: [string, (df: typeof frame) => DataFrame<any>][] = [
    ['one key', df => df.groupBy('place').agg(c => ({ v: c.v.sum() }))],
    ['two keys', df => df.groupBy('place', 'kind').agg(c => ({ v: c.v.sum() }))],
    ['dropped nulls', df => df.groupBy('place', 'kind', { dropNulls: true }).agg(c => ({ v: c.v.sum() }))],
    [
      'the other key read too',
      df => df.groupBy('place').agg(c => ({ n: c.kind.nUnique(), last: c.kind.max() })),
    ],
    ['the key read too', df => df.groupBy('place').agg(c => ({ n: c.place.count(), last: c.place.max() }))],
    [
      'the key read in an expression',
      df => df.groupBy('place').agg(c => ({ n: c.place.eq('place 3').sum(), v: c.v.max() })),
    ],
    [
      'a filter before',
      df =>
        df
          .filter(c => c.kind.eq('k2'))
          .groupBy('place')
          .agg(c => ({ v: c.v.sum() })),
    ],
    ['distinct', df => df.distinct('place', 'kind')],
  ]
  test.each(asked)('%s', async (_, ask) => {
    const expected = (await ask(frame).compute()).toCsv()
    for (const threads of [1, 2, 3, 8]) {
      const hot = await frame.persist({ threads })
      expect((await ask(hot).compute({ threads })).toCsv()).toBe(expected)
    }
  })
})

test('keys of so many groups that rows are parted first keep their strings', async () => {
  const rows = 700_000
  const place = Array.from({ length: rows }, (_, i) => (i % 17 === 5 ? null : `place ${(i * 7919) % 23}`))
  const id = Int32Array.from({ length: rows }, (_, i) => i >> 1)
  const frame = fromColumns({ place, id })
  const hot = await frame.persist()
  const ask = (df: typeof frame) => df.groupBy('id', 'place').agg(c => ({ n: c.id.count() }))
  const expected = (await ask(frame).compute({ threads: 1 })).toCsv()
  for (const threads of [1, 3]) expect((await ask(hot).compute({ threads })).toCsv()).toBe(expected)
})

test('quantiles on all threads are those of sorted values: few groups and many, nulls, NaN, zeros of both signs', async () => {
  const rows = 1_200_000
  const values = Array.from({ length: rows }, (_, i) => {
    if (i % 13 === 4) return null
    return i % 7 === 0 ? (i % 2 ? -0 : 0) : ((i * 7919) % 10_007) - 5000
  })
  for (const groups of [1, 70, 1000, 60_000]) {
    const keys = Int32Array.from({ length: rows }, (_, i) => (i * 31) % groups)
    const byKey = Array.from({ length: groups }, (): number[] => [])
    const has = (key: number, row: number) => key % 3 !== 2 && values[row] !== null
    const v = values.map((value, row) => (has(keys[row] as number, row) ? value : null))
    v.forEach((value, row) => {
      if (value !== null) byKey[keys[row] as number]?.push(value)
    })
    const hot = await fromColumns({
      key: keys,
      v: v.map((value, row) => (row === 1 ? NaN : value)),
    }).persist()
    const results = await Promise.all(
      [1, 2, 3, 8].map(threads =>
        hot
          .groupBy('key')
          .agg(c => ({ middle: c.v.median(), low: c.v.quantile(0.1) }))
          .compute({ threads }),
      ),
    )
    const nanKey = keys[1] as number
    const at = (key: number, q: number) => (key === nanKey ? NaN : quantileOf(byKey[key] as number[], q))
    const expected = byKey.map((_, key) => ({ key, middle: at(key, 0.5), low: at(key, 0.1) }))
    const [first] = results
    const rowsOf = first?.toObjects() ?? []
    expect(rowsOf.length).toBe(groups)
    const wrong = rowsOf.filter(
      (row, i) => !same(row.middle, expected[i]?.middle) || !same(row.low, expected[i]?.low) || row.key !== i,
    )
    expect(wrong).toEqual([])
    for (const other of results) {
      for (const name of ['middle', 'low'] as const) {
        expect(
          other
            .col(name)
            .toArray()
            .every((value, i) => Object.is(value, rowsOf[i]?.[name])),
        ).toBe(true)
      }
    }
  }
})

function same(a: number | null | undefined, b: number | null | undefined): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b
  return Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a))
}

function quantileOf(values: number[], q: number): number | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  const rank = (sorted.length - 1) * q
  const low = sorted[Math.floor(rank)] as number
  const part = rank - Math.floor(rank)
  return part === 0 ? low : low * (1 - part) + (sorted[Math.floor(rank) + 1] as number) * part
}
