// Dates and timestamps by patterns, both ways, against plain JavaScript.
import { fromColumns } from 'millrace'
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { dayMs, isoWeek } from './naive-calendar.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const pick = <T>(items: readonly T[]): T => items[int(items.length)]!

const monthNames =
  'January February March April May June July August September October November December'.split(' ')
const weekdayNames = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const two = (n: number) => String(n).padStart(2, '0')
const three = (n: number) => String(n).padStart(3, '0')

function dayOfYear(date: Date): number {
  const start = new Date(0)
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1)
  return Math.floor((date.getTime() - start.getTime()) / dayMs) + 1
}

const hour12 = (date: Date) => date.getUTCHours() % 12 || 12
const year = (n: number) =>
  n >= 0 && n <= 9999 ? String(n).padStart(4, '0') : `+${String(n).padStart(6, '0')}`
const half = (date: Date) => (date.getUTCHours() < 12 ? 'AM' : 'PM')

/** What a field is, of a time with so many microseconds behind its milliseconds. */
const fields: Record<string, (date: Date, us: number) => string> = {
  '%Y': d => year(d.getUTCFullYear()),
  '%y': d => two(d.getUTCFullYear() % 100),
  '%-y': d => String(d.getUTCFullYear() % 100),
  '%m': d => two(d.getUTCMonth() + 1),
  '%-m': d => String(d.getUTCMonth() + 1),
  '%B': d => monthNames[d.getUTCMonth()]!,
  '%b': d => monthNames[d.getUTCMonth()]!.slice(0, 3),
  '%h': d => monthNames[d.getUTCMonth()]!.slice(0, 3),
  '%d': d => two(d.getUTCDate()),
  '%-d': d => String(d.getUTCDate()),
  '%e': d => String(d.getUTCDate()).padStart(2),
  '%j': d => three(dayOfYear(d)),
  '%-j': d => String(dayOfYear(d)),
  '%H': d => two(d.getUTCHours()),
  '%-H': d => String(d.getUTCHours()),
  '%I': d => two(hour12(d)),
  '%-I': d => String(hour12(d)),
  '%p': half,
  '%P': d => half(d).toLowerCase(),
  '%M': d => two(d.getUTCMinutes()),
  '%-M': d => String(d.getUTCMinutes()),
  '%S': d => two(d.getUTCSeconds()),
  '%-S': d => String(d.getUTCSeconds()),
  '%f': (d, us) => three(d.getUTCMilliseconds()) + three(us),
  '%3f': d => three(d.getUTCMilliseconds()),
  '%6f': (d, us) => three(d.getUTCMilliseconds()) + three(us),
  '%9f': (d, us) => `${three(d.getUTCMilliseconds()) + three(us)}000`,
  '%.f': (d, us) => {
    const digits = (three(d.getUTCMilliseconds()) + three(us)).replace(/0+$/, '')
    return digits && `.${digits}`
  },
  '%s': d => String(Math.floor(d.getTime() / 1000)),
  '%u': d => String(d.getUTCDay() || 7),
  '%w': d => String(d.getUTCDay()),
  '%A': d => weekdayNames[d.getUTCDay()]!,
  '%a': d => weekdayNames[d.getUTCDay()]!.slice(0, 3),
  '%G': d => year(isoWeek(d)[0]),
  '%V': d => two(isoWeek(d)[1]),
  '%U': d => two(Math.floor((dayOfYear(d) - 1 + 7 - d.getUTCDay()) / 7)),
  '%W': d => two(Math.floor((dayOfYear(d) - 1 + 7 - ((d.getUTCDay() + 6) % 7)) / 7)),
  '%z': () => '+0000',
  '%:z': () => '+00:00',
  '%Z': () => 'UTC',
  '%F': d => `${year(d.getUTCFullYear())}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`,
  '%T': d => `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`,
  '%R': d => `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`,
  '%D': d => `${two(d.getUTCMonth() + 1)}/${two(d.getUTCDate())}/${two(d.getUTCFullYear() % 100)}`,
  '%%': () => '%',
  '%n': () => '\n',
  '%t': () => '\t',
  ' ü ': () => ' ü ',
}

const firstMs = Date.UTC(2001, 0, 1) - 2000 * 365.2425 * dayMs
const anyMs = () => Math.floor(firstMs + random() * (Date.UTC(9999, 11, 31) - firstMs))

/** Microseconds since the epoch as a frame of timestamps, some null. */
function frameOf(us: readonly (bigint | null)[]): any {
  return (fromColumns({ t: us }, { schema: { t: 'int64?' } as never }) as any).cast({ t: 'timestamp[us]' })
}
const anyUs = (count: number) =>
  Array.from({ length: count }, () =>
    random() < 0.1 ? null : BigInt(anyMs()) * 1000n + (random() < 0.3 ? 0n : BigInt(int(1000))),
  )
const split = (us: bigint): [Date, number] => {
  const rest = ((us % 1000n) + 1000n) % 1000n
  return [new Date(Number((us - rest) / 1000n)), Number(rest)]
}
const texts = async (frame: any, threads = 2) =>
  (await frame.compute({ threads })).toObjects().map((row: { x: unknown }) => row.x)

test(`every field, and patterns of several, are written as plain JavaScript does (seed ${seed})`, async () => {
  const us = anyUs(300)
  const frame = frameOf(us)
  const all = Object.keys(fields)
  const patterns = [
    ...all.map(field => [field]),
    ...Array.from({ length: 40 }, () => all.filter(() => random() < 0.2)),
  ]
  for (const pattern of patterns) {
    const want = us.map(t => (t === null ? null : pattern.map(field => fields[field]!(...split(t))).join('')))
    const got = await texts(frame.select((c: any) => ({ x: c.t.dt.format(pattern.join('')) })))
    expect(got, `${pattern.join('')} seed ${seed}`).toEqual(want)
  }
})

test('a date is written with the time 00:00, and years beyond four digits with a sign', async () => {
  const days = fromColumns({ d: Int32Array.of(0, 2_932_897, -719_529) }).cast({ d: 'date' }) as any
  expect(await texts(days.select((c: any) => ({ x: c.d.dt.format('%Y-%j %I:%M %p%.f %s') })))).toEqual([
    '1970-001 12:00 AM 0',
    '+010000-001 12:00 AM 253402300800',
    '-000001-365 12:00 AM -62167305600',
  ])
})

test(`what a pattern writes it reads (seed ${seed})`, async () => {
  const dates = [
    '%Y-%m-%d',
    '%d.%m.%Y',
    '%F',
    '%Y%m%d',
    '%-d/%-m/%Y',
    '%e %B %Y',
    '%b %d %Y',
    '%Y-%j',
    '%A %F',
    '%a, %F',
  ]
  const times = [
    '%H:%M:%S.%f',
    '%T%.f',
    '%I:%M:%S.%6f %p',
    '%-I:%-M:%-S.%f %P',
    '%H%M%S%f',
    '%T.%9f%z',
    '%R:%S.%f %Z',
  ]
  for (let round = 0; round < 60; round++) {
    const us = anyUs(100)
    const pattern = `${pick(dates)}${pick(['T', ' ', ' at '])}${pick(times)}`
    const frame = frameOf(us).select((c: any) => ({ t: c.t, s: c.t.dt.format(pattern) }))
    const back = frame.select((c: any) => ({ x: c.s.str.toTimestamp(pattern).eqMissing(c.t) }))
    expect(await texts(back), `${pattern} seed ${seed}`).toEqual(us.map(() => true))
    const day = frame.select((c: any) => ({ x: c.s.str.toDate(pattern).eqMissing(c.t.dt.toDate()) }))
    expect(await texts(day), `${pattern} seed ${seed}`).toEqual(us.map(() => true))
  }
})

const read = async (text: string | null, format?: string, options: object = { strict: false }) => {
  const df = fromColumns({ s: [text] }, { schema: { s: 'utf8?' } }) as any
  const [stamp] = await texts(df.select((c: any) => ({ x: c.s.str.toTimestamp(format, options) })))
  return stamp === null ? null : (stamp as Date).toISOString()
}

test.each<[string, string | undefined, string | null]>([
  ['1.2.2020', '%d.%m.%Y', '2020-02-01T00:00:00.000Z'],
  ['29.2.2020', '%d.%m.%Y', '2020-02-29T00:00:00.000Z'],
  ['29.2.2021', '%d.%m.%Y', null],
  ['31.4.2021', '%d.%m.%Y', null],
  ['1.13.2021', '%d.%m.%Y', null],
  ['0.1.2021', '%d.%m.%Y', null],
  ['1.2.2020 ', '%d.%m.%Y', null],
  [' 1.2.2020', '%d.%m.%Y', null],
  ['1.2.20', '%d.%m.%Y', null],
  ['1.2.68', '%d.%m.%y', '2068-02-01T00:00:00.000Z'],
  ['1.2.69', '%d.%m.%y', '1969-02-01T00:00:00.000Z'],
  ['2020', '%Y', '2020-01-01T00:00:00.000Z'],
  ['2020-11', '%Y-%m', '2020-11-01T00:00:00.000Z'],
  ['2020366', '%Y%j', '2020-12-31T00:00:00.000Z'],
  ['2021366', '%Y%j', null],
  ['2021-06-01 24:00', '%F %R', null],
  ['2021-06-01 23:60', '%F %R', null],
  ['2021-06-01 23:59:60', '%F %T', null],
  ['2021-06-01 12 am', '%F %I %p', '2021-06-01T00:00:00.000Z'],
  ['2021-06-01 12 PM', '%F %I %P', '2021-06-01T12:00:00.000Z'],
  ['2021-06-01 13 PM', '%F %I %p', null],
  ['2021-06-01 1 xm', '%F %I %p', null],
  ['MAR 5 2021', '%b %d %Y', '2021-03-05T00:00:00.000Z'],
  ['march 5 2021', '%b %d %Y', '2021-03-05T00:00:00.000Z'],
  ['Mai 5 2021', '%b %d %Y', null],
  ['Mon 2021-06-01', '%a %F', null],
  ['Tuesday 2021-06-01', '%a %F', '2021-06-01T00:00:00.000Z'],
  ['2021-06-01T10:00+02:30', '%FT%R%z', '2021-06-01T07:30:00.000Z'],
  ['2021-06-01T10:00-0230', '%FT%R%z', '2021-06-01T12:30:00.000Z'],
  ['2021-06-01T10:00-02', '%FT%R%z', '2021-06-01T12:00:00.000Z'],
  ['2021-06-01T10:00Z', '%FT%R%z', '2021-06-01T10:00:00.000Z'],
  ['2021-06-01T10:00 02:00', '%FT%R%z', null],
  ['2021-06-01T10:00 CET', '%FT%R %Z', null],
  ['2021-06-01T10:00 gmt', '%FT%R %Z', '2021-06-01T10:00:00.000Z'],
  ['-1', '%s', '1969-12-31T23:59:59.000Z'],
  ['1e3', '%s', null],
  ['2021-06-01 00:00:00.1', '%F %T.%f', '2021-06-01T00:00:00.100Z'],
  ['2021-06-01 00:00:00.1', '%F %T.%3f', null],
  ['2021-06-01 00:00:00.1234', '%F %T.%3f', null],
  ['2021-06-01 00:00:00', '%F %T%.f', '2021-06-01T00:00:00.000Z'],
  ['2021-06-01 00:00:00.', '%F %T%.f', null],
  ['100%2021', '100%%%Y', '2021-01-01T00:00:00.000Z'],
  ['', '%Y', null],
  ['-0044-03-15', '%F', '-000044-03-15T00:00:00.000Z'],
  ['2021-06-01T10:00+02:00', undefined, '2021-06-01T08:00:00.000Z'],
  ['2021-06-01', undefined, '2021-06-01T00:00:00.000Z'],
  ['yesterday', undefined, null],
])('%j by %j is %j', async (text, format, want) => {
  expect(await read(text, format)).toBe(want)
})

test('a text of another form is an error that names it, the first in order, unless strict is false', async () => {
  const s = Array.from({ length: 400_000 }, (_, i) =>
    i === 150_000 || i === 399_000 ? `bad ${i}` : '2020-01-01',
  )
  const df = fromColumns({ s }) as any
  for (const threads of [1, 2, 3, 8]) {
    const strict = df.select((c: any) => ({ x: c.s.str.toDate('%Y-%m-%d') }))
    await expect(strict.compute({ threads })).rejects.toMatchObject({
      code: 'ERR_CAST',
      column: 's',
      text: 'bad 150000',
      message: expect.stringContaining("'bad 150000' is no date by the format '%Y-%m-%d'"),
      hint: expect.stringContaining('strict: false'),
    })
    const lax = df.select((c: any) => ({ x: c.s.str.toDate('%Y-%m-%d', { strict: false }) }))
    expect(await lax.filter((c: any) => c.x.isNull()).rowCount()).toBe(2)
    expect(lax.schema.x).toBe('date?')
  }
  await expect(read('never', undefined, {})).rejects.toThrow("'never' is no timestamp[us] in ISO form")
})

test('the unit of a timestamp is chosen, and what does not fit it is an error or null', async () => {
  const df = fromColumns({ s: ['2021-01-01 00:00:00.123456789'] }) as any
  const ticks = (unit?: string) =>
    df
      .select((c: any) => ({ x: c.s.str.toTimestamp('%F %T.%f', { unit }).cast('int64') }))
      .compute({ int64: 'bigint' })
  expect((await ticks('ns')).x.at(0)).toBe(1_609_459_200_123_456_789n)
  expect((await ticks()).x.at(0)).toBe(1_609_459_200_123_456n)
  expect((await ticks('ms')).x.at(0)).toBe(1_609_459_200_123n)
  expect(await read('3000-01-01', '%F', { unit: 'ns', strict: false })).toBe(null)
  await expect(read('3000-01-01', '%F', { unit: 'ns' })).rejects.toThrow(
    'is out of the range of timestamp[ns]',
  )
})

const loose = fromColumns(
  { t: ['2024-01-01T12:00'], s: ['x'] },
  { schema: { t: 'timestamp[us]', s: 'utf8' } },
) as any

test.each<[string, () => unknown, string, string]>([
  ['an unknown field', () => loose.t.dt.format('%Y %Q'), 'ERR_INVALID_ARGUMENT', 'unknown field %Q'],
  ['half a field', () => loose.t.dt.format('100%'), 'ERR_INVALID_ARGUMENT', 'unknown field %'],
  ['no format', () => loose.t.dt.format(), 'ERR_INVALID_ARGUMENT', 'the format'],
  [
    'a long format',
    () => loose.t.dt.format('ä'.repeat(129)),
    'ERR_INVALID_ARGUMENT',
    'longer than 256 bytes',
  ],
  ['%Z of a zone', () => loose.t.dt.inZone('Asia/Kolkata').format('%Z'), 'ERR_INVALID_ARGUMENT', '%Z'],
  ['weeks to read', () => loose.s.str.toDate('%G-%V'), 'ERR_INVALID_ARGUMENT', 'unknown field %G'],
  ['a date without a year', () => loose.s.str.toDate('%m-%d'), 'ERR_INVALID_ARGUMENT', 'says no year'],
  ['%I alone', () => loose.s.str.toTimestamp('%F %I'), 'ERR_INVALID_ARGUMENT', 'neither %p nor %P'],
  ['an unknown option', () => loose.s.str.toDate('%F', { strct: true }), 'ERR_UNKNOWN_OPTION', 'strct'],
  ['a strange unit', () => loose.s.str.toTimestamp('%F', { unit: 's' }), 'ERR_INVALID_ARGUMENT', 'unit'],
  ['a date to read', () => loose.t.str.toDate('%F'), 'ERR_TYPE', 'toDate needs text'],
  ['text to write', () => loose.s.dt.format('%F'), 'ERR_TYPE', 'formatTime needs'],
])('%s is refused where it is written', (_, make, code, message) => {
  expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }))
})
