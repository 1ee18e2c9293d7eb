import { concatStr, type DataFrame, fromColumns, lit, MillraceError } from 'millrace'
import { describe, expect, test } from 'vitest'

const parts = ['a', 'b', 'ab', 'é', '漢', '😀', ' ', '-', '00', 'xyz', '\t', 'A']
let seed = 7
const random = (below: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
  return (seed >>> 8) % below
}
const randomText = () => Array.from({ length: random(7) }, () => parts[random(parts.length)]).join('')
const rows = 5_000
const texts = Array.from({ length: rows }, () => (random(9) === 0 ? null : randomText()))
const others = Array.from({ length: rows }, () => (random(9) === 0 ? null : randomText()))
const given = { s: texts, d: texts, o: others }
const plain = fromColumns(given, { schema: { d: 'dict?' } })

type Text = string | null
const mapped = <R>(fn: (text: string) => R) => texts.map(text => (text === null ? null : fn(text)))
const points = (text: string) => [...text]

/** The expression over a plain and a dictionary column, by several numbers of threads. */
async function both(make: (c: any) => any, expected: readonly unknown[]): Promise<void> {
  for (const [threads, name] of [
    [1, 's'],
    [2, 'd'],
    [3, 's'],
  ] as const) {
    const table = await plain.select(c => ({ x: make((c as any)[name]) })).compute({ threads })
    expect(table.x.toArray()).toEqual(expected)
  }
}

function levenshtein(a: string, b: string): number {
  const [left, right] = [points(a), points(b)]
  let row = right.map((_, j) => j + 1)
  for (const [i, x] of left.entries()) {
    let before = i + 1
    row = right.map((y, j) => {
      const diagonal = j === 0 ? i : (row[j - 1] as number)
      before = Math.min(diagonal + (x === y ? 0 : 1), (row[j] as number) + 1, before + 1)
      return before
    })
  }
  return row.at(-1) ?? left.length
}

describe('functions of the engine agree with naive JavaScript', () => {
  test('replacing, counting and splitting by a text', async () => {
    for (const needle of ['a', 'ab', '😀', '00', 'xyz-']) {
      for (const to of ['', '$&', 'longer than it', 'é']) {
        await both(
          s => s.str.replace(needle, to),
          mapped(text => text.replace(needle, () => to)),
        )
        await both(
          s => s.str.replaceAll(needle, to),
          mapped(text => text.split(needle).join(to)),
        )
      }
      await both(
        s => s.str.count(needle),
        mapped(text => text.split(needle).length - 1),
      )
      for (const index of [0, 1, 3, -1, -2, -9])
        await both(
          s => s.str.split(needle, index),
          mapped(text => text.split(needle).at(index) ?? null),
        )
      await both(
        s => s.str.find(needle),
        mapped(text => (text.includes(needle) ? points(text.slice(0, text.indexOf(needle))).length : null)),
      )
    }
    await both(
      s => s.str.find(''),
      mapped(() => 0),
    )
  })

  test('padding counts code points, and fills with the whole text over and over', async () => {
    for (const [width, fill] of [
      [0, 'x'],
      [5, ' '],
      [9, 'é😀-'],
    ] as const) {
      const filling = (text: string) =>
        points(fill.repeat(width))
          .slice(0, Math.max(0, width - points(text).length))
          .join('')
      await both(
        s => s.str.padStart(width, fill),
        mapped(text => filling(text) + text),
      )
      await both(
        s => s.str.padEnd(width, fill),
        mapped(text => text + filling(text)),
      )
    }
    await both(
      s => s.str.padStart(4),
      mapped(text => ' '.repeat(Math.max(0, 4 - points(text).length)) + text),
    )
  })

  test('reversing, repeating and trimming', async () => {
    await both(
      s => s.str.reverse(),
      mapped(text => points(text).reverse().join('')),
    )
    for (const times of [0, 1, 3])
      await both(
        s => s.str.repeat(times),
        mapped(text => text.repeat(times)),
      )
    const set = (text: string, start: boolean, end: boolean) => {
      const all = points(text)
      while (start && all.length > 0 && 'aé😀-'.includes(all[0] as string)) all.shift()
      while (end && all.length > 0 && 'aé😀-'.includes(all.at(-1) as string)) all.pop()
      return all.join('')
    }
    await both(
      s => s.str.trim('aé😀-'),
      mapped(text => set(text, true, true)),
    )
    await both(
      s => s.str.trimStart('aé😀-'),
      mapped(text => set(text, true, false)),
    )
    await both(
      s => s.str.trimEnd('aé😀-'),
      mapped(text => set(text, false, true)),
    )
    await both(
      s => s.str.trim(),
      mapped(text => text.trim()),
    )
  })

  test('distances to a text and to another column', async () => {
    await both(
      s => s.str.levenshtein('ab漢xyz'),
      mapped(text => levenshtein(text, 'ab漢xyz')),
    )
    const long = 'ab😀'.repeat(50)
    const table = await plain
      .select(c => ({
        o: c.s.str.levenshtein(c.o),
        long: c.s.str.repeat(40).str.levenshtein(lit(long)),
      }))
      .compute()
    expect(table.o.toArray()).toEqual(
      texts.map((text, i) =>
        text === null || others[i] === null ? null : levenshtein(text, others[i] as string),
      ),
    )
    for (let row = 0; row < 40; row++) {
      const text = texts[row] as Text
      expect(table.long.toArray()[row]).toBe(text === null ? null : levenshtein(text.repeat(40), long))
    }
  })

  test('joining with a separator, with nulls or without them', async () => {
    const table = await plain
      .select(c => ({
        strict: concatStr(c.s, c.o, { separator: '+' }),
        skip: concatStr(c.s, 'é', c.o, { separator: '+', nulls: 'skip' }),
        none: concatStr(c.s, c.o),
      }))
      .compute()
    const pairs = texts.map((text, i) => [text, others[i] as Text] as const)
    expect(table.strict.toArray()).toEqual(
      pairs.map(([a, b]) => (a === null || b === null ? null : `${a}+${b}`)),
    )
    expect(table.none.toArray()).toEqual(
      pairs.map(([a, b]) => (a === null || b === null ? null : `${a}${b}`)),
    )
    expect(table.skip.toArray()).toEqual(
      pairs.map(([a, b]) => [a, 'é', b].filter(part => part !== null).join('+')),
    )
    expect(
      plain.select(c => ({ skip: concatStr(c.s, c.o, { nulls: 'skip' }), strict: concatStr(c.s, c.o) }))
        .schema,
    ).toEqual({ skip: 'utf8', strict: 'utf8?' })
  })

  test('numbers in texts, and null for other texts where that is asked for', async () => {
    const df = fromColumns({ s: ['1', '-2.5', 'x', null, '', '1e3', '9223372036854775808'] })
    const lenient = df.select(c => ({
      number: c.s.str.toNumber({ strict: false }),
      whole: c.s.str.toInteger({ strict: false }),
    }))
    expect(lenient.schema).toEqual({ number: 'float64?', whole: 'int64?' })
    const table = await lenient.compute()
    expect(table.number.toArray()).toEqual([1, -2.5, null, null, null, 1000, 2 ** 63])
    expect(table.whole.toArray()).toEqual([1, null, null, null, null, null, null])
    await expect(df.select(c => ({ n: c.s.str.toNumber() })).compute()).rejects.toMatchObject({
      code: 'ERR_CAST',
      text: 'x',
    })
    expect(
      (
        await df
          .head(2)
          .select(c => ({ n: c.s.str.toNumber() }))
          .compute()
      ).n.toArray(),
    ).toEqual([1, -2.5])
  })
})

describe('hash', () => {
  const hashes = async (df: DataFrame, options?: { seed: number }) =>
    (await df.select((c: any) => ({ h: c.x.hash(options) })).compute({ int64: 'bigint' })).h.toArray()

  test('is XXH64 of the bytes of a text', async () => {
    const long = 'Nobody inspects the spammish repetition'
    const df = fromColumns({ x: ['', 'a', 'abc', long, null] })
    expect(await hashes(df)).toEqual([
      0xef46db3751d8e999n,
      0xd24ec4f1a98c6e5bn,
      0x44bc2cf5ad770999n,
      0xfbcea83c8a378bf1n,
      null,
    ])
    expect((await hashes(df, { seed: 1 }))[2]).not.toBe(0x44bc2cf5ad770999n)
    expect(await hashes(fromColumns({ x: ['abc'] }, { schema: { x: 'dict' } }))).toEqual([
      0x44bc2cf5ad770999n,
    ])
  })

  test('has remainders, also where it is no int64', async () => {
    const df = fromColumns({ x: texts })
    const all = (await hashes(df)) as (bigint | null)[]
    expect(all.some(hash => hash !== null && hash >= 2n ** 63n)).toBe(true)
    const table = await df.select(c => ({ r: c.x.hash().mod(10), q: c.x.hash().floorDiv(1000) })).compute()
    expect(table.r.toArray()).toEqual(all.map(hash => hash && Number(hash % 10n)))
    expect([...table.q.values].map((q, i) => all[i] && q)).toEqual(all.map(hash => hash && hash / 1000n))
  })

  test('of numbers is of their value, whatever the width', async () => {
    const [eight] = await hashes(fromColumns({ x: new Int8Array([5]) }))
    expect(await hashes(fromColumns({ x: new BigInt64Array([5n]) }))).toEqual([eight])
    // The text of these eight bytes.
    expect(await hashes(fromColumns({ x: ['\u0005\0\0\0\0\0\0\0'] }))).toEqual([eight])
    const [zero, minusZero, nan, otherNaN] = await hashes(
      fromColumns({ x: new Float64Array([0, -0, Number.NaN, -Number.NaN]) }),
    )
    expect(zero).toBe(minusZero)
    expect(nan).toBe(otherNaN)
    expect(zero).not.toBe(nan)
  })
})

describe('what is wrong is refused where it is written', () => {
  const s = plain.s as any
  const thrown = (fn: () => unknown): MillraceError => {
    try {
      fn()
    } catch (error) {
      return error as MillraceError
    }
    return expect.unreachable('it should throw')
  }

  test('arguments of the wrong kind', () => {
    for (const wrong of [
      () => s.str.replace('', 'x'),
      () => s.str.replace('a', 5),
      () => s.str.replaceAll('a'),
      () => s.str.split('', 0),
      () => s.str.split(',', 0.5),
      () => s.str.split(','),
      () => s.str.padStart(-1),
      () => s.str.padStart(3, ''),
      () => s.str.padEnd(2 ** 21),
      () => s.str.repeat(-1),
      () => s.str.trim(''),
      () => s.str.find(/a/),
      () => s.str.startsWith(/a/),
      () => s.str.count(''),
      () => s.str.normalize('NFX'),
      () => s.hash({ seed: -1 }),
      () => s.str.replace('a', 'b', { timeout: 5 }),
      () => concatStr(s, { nulls: 'drop' } as never),
      () => concatStr({ separator: '-' }),
    ])
      expect(thrown(wrong).code).toBe('ERR_INVALID_ARGUMENT')
    expect(thrown(() => s.str.find(/a/)).hint).toContain('str.matches')
    expect(thrown(() => s.hash({ sed: 1 })).code).toBe('ERR_UNKNOWN_OPTION')
    expect(thrown(() => s.str.length().str.replace('a', 'b')).code).toBe('ERR_TYPE')
    expect(thrown(() => s.str.levenshtein(5)).code).toBe('ERR_TYPE')
    expect(thrown(() => s.str.length().str.toNumber()).code).toBe('ERR_TYPE')
  })

  test('names of pandas, Polars and JavaScript are taught', () => {
    for (const [name, instead] of [
      ['len', 'length'],
      ['zfill', 'padStart'],
      ['strip', 'trim'],
      ['indexOf', 'find'],
      ['toLowerCase', 'toLower'],
      ['count_matches', 'count'],
    ] as const) {
      const error = thrown(() => s.str[name]())
      expect(error).toBeInstanceOf(MillraceError)
      expect(error.code).toBe('ERR_UNKNOWN_METHOD')
      expect(error.hint).toContain(`str.${instead}(`)
    }
  })
})
