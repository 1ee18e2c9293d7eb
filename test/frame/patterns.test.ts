import {
  cpuCount,
  type DataFrame,
  desc,
  fromColumns,
  lit,
  MillraceError,
  map,
  range,
  WorkerCrashedError,
  when,
} from 'millrace'
import { describe, expect, test } from 'vitest'

const parts = ['a', 'b', 'ab', 'é', '漢', '😀', ' ', '-', '12', '7', 'xyz', '\n', 'A', 'ß', 'İ']
let seed = 11
const random = (below: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
  return (seed >>> 8) % below
}
const randomText = () => Array.from({ length: random(8) }, () => parts[random(parts.length)]).join('')

// More than a batch of rows, whose texts repeat; and some whose texts do not.
const rows = 70_000
const some = Array.from({ length: 50 }, randomText)
const texts = Array.from({ length: rows }, () => (random(9) === 0 ? null : (some[random(50)] as string)))
const many = Array.from({ length: 9_000 }, (_, i) =>
  random(9) === 0 ? null : `${randomText()}${i}${randomText()}`,
)
const n = Float64Array.from({ length: rows }, (_, i) => i)
const repeated = fromColumns({ s: texts, d: texts, n }, { schema: { d: 'dict?' } })
const distinct = fromColumns({ s: many, d: many, n: n.slice(0, many.length) }, { schema: { d: 'dict?' } })

// A flag that the compiler's target does not know.
const sets = 'v'

const wellFormed = (text: unknown) =>
  typeof text === 'string' ? (text as string & { toWellFormed(): string }).toWellFormed() : text

/** The expression over plain and dictionary columns of repeating and of different texts. */
async function agrees(make: (c: any) => any, naive: (text: string) => unknown): Promise<void> {
  for (const [df, list] of [
    [repeated, texts],
    [distinct, many],
  ] as const) {
    const table = await (df as DataFrame).select((c: any) => ({ s: make(c.s), d: make(c.d) })).compute()
    const expected = list.map(text => (text === null ? null : wellFormed(naive(text) ?? null)))
    expect(table.s.toArray()).toEqual(expected)
    expect(table.d.toArray()).toEqual(expected)
  }
}

const failure = (frame: DataFrame<any>): Promise<MillraceError> =>
  frame.compute().then(
    () => expect.unreachable('the query should fail'),
    error => error,
  )

const endless = fromColumns({ s: ['fine', `${'a'.repeat(60)}!`], n: [1, 2] })
const hostile = /^(a+)+$/

describe('patterns do to each text what JavaScript does', () => {
  test('matches, with every flag', async () => {
    const patterns = [
      /a+b/,
      /A/i,
      /^b/m,
      /a.b/s,
      /^.$/u,
      new RegExp('\\p{L}\\d', sets),
      /ab/y,
      /ab/gy,
      /İ/iu,
      /(?<=a)-/,
      /^\s|\d$/g,
    ]
    for (const pattern of patterns)
      await agrees(
        s => s.str.matches(pattern),
        text => new RegExp(pattern.source, pattern.flags).test(text),
      )
    await agrees(
      s => s.str.contains(/[AB]/i),
      text => /[AB]/i.test(text),
    )
  })

  test('extract: groups by number and name, null where there is none', async () => {
    const pattern = /(?<letter>[a-z])(?:(\d+)|(?<other>.))/u
    for (const group of [0, 1, 2, 'letter', 'other'] as const)
      await agrees(
        s => s.str.extract(pattern, group),
        text => {
          const match = pattern.exec(text)
          return typeof group === 'number' ? match?.[group] : match?.groups?.[group]
        },
      )
    await agrees(
      s => s.str.extract(/(.)$/),
      text => /(.)$/.exec(text)?.[1],
    )
  })

  test('replace and replaceAll, with what was matched', async () => {
    for (const to of ['', '[$&]', '$2$1', '$$', "$'$`", '$<x>'])
      for (const pattern of [/(?<x>[ab])(.)/, /(?<x>[ab])(.)/g, /(?<x>a)()/y]) {
        await agrees(
          s => s.str.replace(pattern, to),
          text => text.replace(new RegExp(pattern.source, pattern.flags), to),
        )
        if (pattern.global)
          await agrees(
            s => s.str.replaceAll(pattern, to),
            text => text.replaceAll(pattern, to),
          )
      }
    await agrees(
      s => s.str.replaceAll(/./g, 'x'),
      text => text.replaceAll(/./g, 'x'),
    )
  })

  test('count, split and normalize', async () => {
    await agrees(
      s => s.str.count(/\d|a/g),
      text => text.match(/\d|a/g)?.length ?? 0,
    )
    await agrees(
      s => s.str.count(/(?:)/gu),
      text => text.match(/(?:)/gu)?.length,
    )
    for (const index of [0, 1, 2, -1, -2])
      for (const pattern of [/[-\s]/, /(-)|\d/, /(?:)/u])
        await agrees(
          s => s.str.split(pattern, index),
          text => text.split(pattern).at(index),
        )
    for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
      await agrees(
        s => s.str.normalize(form),
        text => text.normalize(form),
      )
  })

  test('a pattern that is a plain text is the same in the engine', async () => {
    const calls: [make: (s: any) => any, naive: (text: string) => unknown][] = [
      [s => s.str.matches(/ab/), text => /ab/.test(text)],
      [s => s.str.matches(/^ab/), text => /^ab/.test(text)],
      [s => s.str.matches(/xyz$/u), text => /xyz$/u.test(text)],
      [s => s.str.matches(/^😀$/), text => /^😀$/.test(text)],
      [s => s.str.matches(/-/), text => /-/.test(text)],
      [s => s.str.count(/ab/g), text => text.match(/ab/g)?.length ?? 0],
      [s => s.str.split(/-/, 1), text => text.split(/-/).at(1)],
      [s => s.str.replace(/ab/, 'c'), text => text.replace(/ab/, 'c')],
      [s => s.str.replaceAll(/ab/g, 'c'), text => text.replaceAll(/ab/g, 'c')],
    ]
    for (const [make, naive] of calls) {
      await agrees(make, naive)
      expect(repeated.select((c: any) => ({ x: make(c.s) })).explain()).not.toContain('workers')
    }
    // Half of a character, a dollar, or a flag that changes what the text means.
    for (const make of [
      (s: any) => s.str.matches(/\ud83d/),
      (s: any) => s.str.replace(/a/, '$&'),
      (s: any) => s.str.matches(/a/i),
    ])
      expect(repeated.select((c: any) => ({ x: make(c.s) })).explain()).toContain('workers')
    await agrees(
      s => s.str.matches(/\ud83d/),
      text => /\ud83d/.test(text),
    )
  })
})

describe('patterns stand wherever expressions do', () => {
  const rowsOf = (predicate: (text: string | null, i: number) => boolean) =>
    [...texts.keys()].filter(i => predicate(texts[i] as string | null, i))

  test('in filters, where other conditions come first', async () => {
    const df = repeated.filter(c => c.s.str.matches(/\d/).and(c.n.lt(1_000))).filter(c => c.n.gt(10))
    expect(df.explain().indexOf('n < 1000')).toBeLessThan(df.explain().indexOf('patterns'))
    expect((await df.compute()).n.toArray()).toEqual(
      rowsOf((text, i) => text !== null && /\d/.test(text) && i < 1_000 && i > 10),
    )
    const either = repeated.filter(c => c.s.str.matches(/\d/).or(c.n.lt(10)).not())
    expect(await either.rowCount()).toBe(
      rowsOf((text, i) => text !== null && !/\d/.test(text) && i >= 10).length,
    )
  })

  test('in groups, sorts, choices, windows and inside each other', async () => {
    const groups = await repeated
      .withColumns(c => ({ k: c.d.str.extract(/([a-z])/i) }))
      .groupBy('k')
      .agg(c => ({ most: c.s.str.count(/\d/g).max(), any: c.s.str.matches(/😀/i).any(), n: c.n.count() }))
      .compute()
    expect(groups.n.toArray().reduce((sum: number, x) => sum + (x as number), 0)).toBe(rows)
    const a = texts.filter(text => text !== null && /([a-z])/i.exec(text)?.[1] === 'a') as string[]
    expect(groups.toObjects().find(({ k }) => k === 'a')).toEqual({
      k: 'a',
      most: Math.max(...a.map(text => text.match(/\d/g)?.length ?? 0)),
      any: a.some(text => /😀/i.test(text)),
      n: a.length,
    })
    const sorted = await repeated
      .sortBy(desc(repeated.s.str.count(/[ab]/g)), 'n')
      .head(3)
      .compute()
    const counts = texts.map(text => (text === null ? -1 : (text.match(/[ab]/g)?.length ?? 0)))
    expect(sorted.n.toArray()).toEqual(
      [...counts.keys()].sort((x, y) => (counts[y] as number) - (counts[x] as number) || x - y).slice(0, 3),
    )
    const chosen = await repeated
      .select(c => ({
        x: when(c.s.str.matches(/\d/)).then(c.s.str.replaceAll(/\d/g, '#')).otherwise('none'),
        nested: c.s.str.replace(/a(.)/, '$1!').str.extract(/(.)!/),
        seen: c.s.str.matches(/\d/).cast('int64').cumSum(),
        lit: lit('abc').str.extract(/b(.)/),
      }))
      .head(500)
      .compute()
    let seen = 0
    expect(chosen.toObjects()).toEqual(
      texts.slice(0, 500).map(text => {
        const has = text !== null && /\d/.test(text)
        seen += Number(has)
        const nested = text?.replace(/a(.)/, '$1!').match(/(.)!/)?.[1] ?? null
        return {
          x: has ? text.replaceAll(/\d/g, '#') : 'none',
          nested: wellFormed(nested),
          seen: text === null ? null : seen,
          lit: 'c',
        }
      }),
    )
  })

  test('in batches, persisted frames, joins and behind functions', async () => {
    const matched = distinct.filter(c => c.s.str.matches(/\d7/))
    const expected = many.filter(text => text !== null && /\d7/.test(text)).length
    let read = 0
    for await (const batch of matched.batches({ size: 1_000 })) read += batch.length
    expect(read).toBe(expected)
    using held = await matched.persist()
    expect(await held.rowCount()).toBe(expected)
    expect(await matched.join(held.select('n'), { on: 'n' }).rowCount()).toBe(expected)
    const behind = matched
      .mapBatches(({ s }) => ({ s: s.values }), { returns: { s: 'utf8?' } })
      .filter(c => c.s.str.matches(/a\d*7/))
    expect(await behind.rowCount()).toBe(
      many.filter(text => text !== null && /\d7/.test(text) && /a\d*7/.test(text)).length,
    )
  })

  test('an input without rows, and one without columns but the text', async () => {
    const none = repeated.filter(c => c.n.lt(0)).withColumns(c => ({ x: c.s.str.extract(/(\d)/) }))
    expect((await none.compute()).toObjects()).toEqual([])
    expect(none.schema).toMatchObject({ x: 'utf8?' })
    const one = fromColumns({ s: ['a1', null] }).select(c => ({ x: c.s.str.extract(/(\d)/) }))
    expect((await one.compute()).x.toArray()).toEqual(['1', null])
  })

  test('the same results by any number of threads', async () => {
    const df = repeated.select(c => ({ x: c.s.str.replace(/a|\d/, '<$&>') }))
    const [first, ...more] = await Promise.all([1, 2, 3].map(threads => df.compute({ threads })))
    for (const table of more) expect(table.x.toArray()).toEqual(first?.x.toArray())
  })
})

test('columns that a step reads no more do not pass through it, and equal patterns run once', () => {
  const df = repeated
    .filter(c => c.s.str.matches(/\d/))
    .select(c => ({ n: c.n, a: c.d.str.matches(/b+/), b: c.d.str.matches(/b+/) }))
  const lines = df.explain().split('\n')
  expect(lines.filter(line => line.includes('patterns('))).toHaveLength(2)
  expect(df.explain().match(/b\+/g)).toHaveLength(1)
})

describe('a pattern without end', () => {
  test('fails its query alone, with an error that says where and what to do', async () => {
    const other = repeated.filter(c => c.s.str.matches(/\d+/)).rowCount()
    const started = performance.now()
    const error = await failure(endless.filter(c => c.s.str.matches(hostile, { timeout: 200 })))
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(error).toBeInstanceOf(MillraceError)
    expect(error.code).toBe('ERR_PATTERN_TIMEOUT')
    expect(error.message).toContain('/^(a+)+$/')
    expect(error.message).toContain('"aaaa')
    expect(error.text).toBe(`${'a'.repeat(60)}!`)
    expect(error.column).toBe('s')
    expect(error.hint).toContain('timeout')
    expect(await other).toBeGreaterThan(0)
    // The worker has been replaced.
    expect(await endless.filter(c => c.s.str.matches(/^f\w+/)).rowCount()).toBe(1)
  })

  test('stops when it is aborted', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const query = endless.filter(c => c.s.str.matches(hostile)).compute({ signal: stop.signal })
    setTimeout(() => stop.abort(reason), 150)
    const started = performance.now()
    await expect(query).rejects.toBe(reason)
    expect(performance.now() - started).toBeLessThan(3_000)
    expect(await endless.filter(c => c.s.str.matches(/^f\w+/)).rowCount()).toBe(1)
  })

  test('never holds up the event loop', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    await failure(endless.filter(c => c.s.str.matches(hostile, { timeout: 300 })))
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(8)
  })
})

test('what patterns hold counts against memoryLimit', async () => {
  const long = '$&'.repeat(100)
  const df = distinct.agg(c => ({ bytes: c.s.str.replaceAll(/./g, long).str.byteLength().sum() }))
  await expect(df.compute({ memoryLimit: '6MB' })).rejects.toMatchObject({
    code: 'ERR_MEMORY_LIMIT',
    message: expect.stringContaining('a step of patterns'),
    hint: expect.stringContaining('before patterns'),
  })
  const bytes = many.map(text => (text === null ? 0 : Buffer.byteLength(text.replaceAll(/./g, long))))
  expect((await df.compute({ memoryLimit: '500MB' })).toObjects()).toEqual([
    { bytes: bytes.reduce((sum, one) => sum + one, 0) },
  ])
})

test('workers that end meanwhile are replaced, and the query goes on', async () => {
  const ends = map(x => (x % 2 === 0 ? process.exit(1) : x), range(0, 4), { onError: 'collect' })
  const rowsFound = await repeated.filter(c => c.s.str.matches(/\d+/)).rowCount()
  expect(rowsFound).toBe(texts.filter(text => text !== null && /\d+/.test(text)).length)
  expect((await ends).map(({ status }) => status)).toContain('rejected')
})

test('a worker that dies in the middle of a pattern fails the query with its exit code, and the next one is right', async () => {
  // Functions and patterns share workers, and so the globals of those: the pattern itself ends each that this has met.
  await map(
    () => {
      RegExp.prototype.exec = () => process.exit(9)
    },
    range(64),
    { chunkSize: 1 },
  )
  const query = repeated.filter(c => c.s.str.matches(/\d+/))
  const outcomes: unknown[] = []
  // Each query ends at least one of them.
  while (typeof outcomes.at(-1) !== 'number' && outcomes.length <= 2 * cpuCount())
    outcomes.push(await query.rowCount().catch(error => error))
  const crashes = outcomes.slice(0, -1)
  expect(crashes.length).toBeGreaterThan(0)
  for (const error of crashes) {
    expect(error).toBeInstanceOf(WorkerCrashedError)
    expect(error).toMatchObject({ code: 'ERR_WORKER_CRASHED', exitCode: 9 })
  }
  expect(outcomes.at(-1)).toBe(texts.filter(text => text !== null && /\d+/.test(text)).length)
})

test('what is no pattern, or has not the group or flag that it needs, is refused with a hint', () => {
  const { s } = repeated as any
  const wrong: [fn: () => unknown, hint: RegExp][] = [
    [() => s.str.matches('a'), /contains/],
    [() => s.str.matches(null), /\/\\d\+/],
    [() => s.str.extract(/a+/), /parentheses/],
    [() => s.str.extract(/(a)/, 2), /./],
    [() => s.str.extract(/(?<year>a)/, 'yaer'), /year/],
    [() => s.str.replaceAll(/a+/, 'b'), /\/a\+\/g/],
    [() => s.str.count(/a+/), /\/a\+\/g/],
    [() => s.str.replace(/a+/, (x: string) => x), /mapBatches/],
    [() => s.str.matches(/a+/, { timeout: 0 }), /./],
  ]
  for (const [fn, hint] of wrong) {
    try {
      fn()
      expect.unreachable('it should throw')
    } catch (error) {
      expect((error as MillraceError).code).toBe('ERR_INVALID_ARGUMENT')
      expect((error as MillraceError).message).toMatch(hint)
    }
  }
  expect(() => s.str.matches(/a+/, { timout: 5 })).toThrow(
    expect.objectContaining({ code: 'ERR_UNKNOWN_OPTION' }),
  )
  expect(() => repeated.filter((c: any) => c.n.str.matches(/a+/))).toThrow(
    expect.objectContaining({ code: 'ERR_TYPE' }),
  )
})

test('expressions and plans say what is matched', () => {
  const { s } = repeated
  expect(String(s.str.matches(/a+/i))).toBe('matches(s, /a+/i)')
  expect(String(s.str.extract(/(?<y>\d)/, 'y'))).toBe("extract(s, /(?<y>\\d)/, 'y')")
  expect(String(s.str.replace(/a+/, 'b', { timeout: 50 }))).toBe("replace(s, /a+/, 'b', timeout=50)")
  expect(String(s.str.normalize('NFD'))).toBe("normalize(s, 'NFD')")
  expect(String(s.str.count('a'))).toBe("count(s, 'a')")
  expect(repeated.filter(s.str.matches(/a+/i)).explain()).toMatch(
    /patterns\(.* = matches\(s, \/a\+\/i\)\) {2}in workers/,
  )
})
