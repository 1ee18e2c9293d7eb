// Time zones against Intl, asked for each instant by itself.
import { fromColumns } from 'millrace'
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { addMonths, dayMs, floorTo } from './naive-calendar.js'
import { gapEnd, instants, offset, wall } from './naive-zones.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const pick = <T>(items: readonly T[]): T => items[int(items.length)]!

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'Europe/Dublin',
  'America/Recife',
  'Pacific/Chatham',
  'Asia/Gaza',
  'UTC',
]
// Days on which clocks changed, here and there.
const eventful = [
  '2021-03-28',
  '2021-10-31',
  '2021-03-14',
  '2021-11-07',
  '2021-04-03',
  '2021-10-02',
  '2011-12-30',
  '2018-11-04',
  '2018-02-18',
  '1945-05-24',
  '2000-10-15',
  '2045-10-29',
  '1893-04-01',
  '2350-03-26',
  '2700-10-31',
  '9000-03-30',
].map(day => Date.parse(day))

const firstMs = Date.UTC(2001, 0, 1) - 2000 * 365.2425 * dayMs
function anyMs(): number {
  const kind = random()
  if (kind < 0.5) return pick(eventful) + Math.floor((random() - 0.5) * 3 * dayMs)
  if (kind < 0.7) return pick(eventful) + Math.round((random() - 0.5) * 144) * 1_800_000
  if (kind < 0.9) return Date.UTC(1900 + int(150), int(12), int(28), int(24), int(60), int(60), int(1000))
  return Math.floor(firstMs + random() * (Date.UTC(9999, 11, 30) - firstMs))
}

const unitsOf = { ms: 1, us: 1000 } as const
function frameOf(ms: readonly (number | null)[], unit: keyof typeof unitsOf = 'ms'): any {
  const t = ms.map(value => (value === null ? null : BigInt(value) * BigInt(unitsOf[unit])))
  const df = fromColumns({ t }, { schema: { t: 'int64?' } as never }) as any
  return df.cast({ t: `timestamp[${unit}]` })
}
async function column(frame: any, make: (c: any) => any, threads = 2): Promise<any[]> {
  const table = await frame.select((c: any) => ({ x: make(c) })).compute({ threads })
  return table.toObjects().map((row: { x: unknown }) => row.x)
}
const iso = (value: Date | number | null) => (value === null ? null : new Date(value).toISOString())
const some = (count: number) => Array.from({ length: count }, () => (random() < 0.05 ? null : anyMs()))

test.each(zones)(`clocks of %s show what Intl says (seed ${seed})`, async zone => {
  const ms = some(1500)
  const shown = ms.map(t => (t === null ? null : wall(zone, t)))
  for (const unit of ['ms', 'us'] as const) {
    const got = await column(frameOf(ms, unit), c => c.t.dt.inZone(zone).wallClock())
    expect(got.map(iso)).toEqual(shown.map(iso))
  }
  const frame = frameOf(ms)
  const zoned = (c: any) => c.t.dt.inZone(zone)
  const part = (read: (date: Date) => unknown) => shown.map(t => (t === null ? null : read(new Date(t))))
  expect(await column(frame, c => zoned(c).year())).toEqual(part(d => d.getUTCFullYear()))
  expect(await column(frame, c => zoned(c).weekday())).toEqual(part(d => d.getUTCDay() || 7))
  expect(await column(frame, c => zoned(c).minute())).toEqual(part(d => d.getUTCMinutes()))
  expect((await column(frame, c => zoned(c).toDate())).map(iso)).toEqual(
    part(d => iso(floorTo(d.getTime(), dayMs))),
  )
  const sign = (seconds: number) =>
    `${seconds < 0 ? '-' : '+'}${String(Math.floor(Math.abs(seconds) / 3600)).padStart(2, '0')}:${String(Math.floor(Math.abs(seconds) / 60) % 60).padStart(2, '0')}`
  expect(await column(frame, c => zoned(c).format('%H:%M:%S.%3f %:z'))).toEqual(
    ms.map((t, i) =>
      t === null ? null : `${iso(shown[i]!)!.split('T')[1]!.slice(0, -1)} ${sign(offset(zone, t))}`,
    ),
  )
})

test.each(zones)(`the instants of times on clocks of %s (seed ${seed})`, async zone => {
  const local = some(600)
  const frame = frameOf(local)
  const found = local.map(t => (t === null ? null : instants(zone, t)))
  const resolve = (ambiguous: number, gap: (t: number) => number | null) =>
    found.map((list, i) => {
      if (list === null) return null
      return list.length === 0 ? iso(gap(local[i]!)) : iso(list.at(ambiguous)!)
    })
  const utc = async (options: object) => (await column(frame, c => c.t.dt.toUtc(zone, options))).map(iso)
  const end = (t: number) => gapEnd(zone, t)
  expect(await utc({ ambiguous: 'earliest', nonexistent: 'shiftForward' })).toEqual(resolve(0, end))
  expect(await utc({ ambiguous: 'latest', nonexistent: 'shiftBackward' })).toEqual(
    resolve(-1, t => end(t) - 1),
  )
  expect(await utc({ ambiguous: 'null', nonexistent: 'null' })).toEqual(
    found.map(list => (list?.length === 1 ? iso(list[0]!) : null)),
  )
})

test.each(zones)(`units and lengths go by the calendar of %s (seed ${seed})`, async zone => {
  const ms = some(500)
  const frame = frameOf(ms)
  const zoned = (c: any) => c.t.dt.inZone(zone)
  const first = (local: number) => instants(zone, local)[0] ?? gapEnd(zone, local)
  const near = (local: number, t: number) => {
    const same = local - offset(zone, t) * 1000
    return wall(zone, same) === local && offset(zone, same) === offset(zone, t) ? same : first(local)
  }
  const each = (f: (t: number, shown: number) => number) =>
    ms.map(t => (t === null ? null : iso(f(t, wall(zone, t)))))
  const got = async (make: (c: any) => any) => (await column(frame, make)).map(iso)
  const monthStart = (t: number) => floorTo(t, dayMs) - (new Date(t).getUTCDate() - 1) * dayMs
  expect(await got(c => zoned(c).truncate('day'))).toEqual(each((_, s) => first(floorTo(s, dayMs))))
  expect(await got(c => zoned(c).truncate('month'))).toEqual(each((_, s) => first(monthStart(s))))
  expect(await got(c => zoned(c).truncate('hour'))).toEqual(each((t, s) => near(floorTo(s, 3_600_000), t)))
  expect(await got(c => zoned(c).round('6h'))).toEqual(
    each((t, s) => near(floorTo(s + 10_800_000, 21_600_000), t)),
  )
  expect(await got(c => zoned(c).monthStart())).toEqual(
    each((t, s) => near(monthStart(s) + s - floorTo(s, dayMs), t)),
  )
  expect(await got(c => zoned(c).offsetBy('1d'))).toEqual(each((t, s) => near(s + dayMs, t)))
  expect(await got(c => zoned(c).offsetBy('-1mo90m'))).toEqual(
    each((t, s) => near(addMonths(s, -1), t) - 5_400_000),
  )
  expect(await got(c => zoned(c).offsetBy('24h'))).toEqual(each(t => t + dayMs))
})

test('rows of many strips and threads agree, one after another and in disorder', async () => {
  const count = 200_000
  const step = Math.floor((Date.UTC(2100, 0) - Date.UTC(1880, 0)) / count)
  const ordered = Array.from({ length: count }, (_, i) => Date.UTC(1880, 0) + i * step)
  for (const ms of [ordered, ordered.map((_, i) => ordered[(i * 7919) % count]!)]) {
    const df = (fromColumns({ t: BigInt64Array.from(ms, BigInt) }) as any).cast({ t: 'timestamp[ms]' })
    const zone = 'Australia/Lord_Howe'
    const make = (c: any) => ({ shown: c.t.dt.inZone(zone).wallClock() })
    const back = (c: any) => ({
      ok: c.shown.dt.toUtc(zone, { ambiguous: 'latest' }).ge(c.t),
      text: c.t.dt.inZone(zone).format('%F %R'),
    })
    const answers = []
    for (const threads of [1, 2, 3, 8]) {
      const table = await df.withColumns(make).withColumns(back).compute({ threads })
      answers.push([table.shown.values, table.text.toArray().join()])
      for (let i = 0; i < count; i += 1013)
        expect(Number(table.shown.values[i]), iso(ms[i]!)!).toBe(wall(zone, ms[i]!))
      expect(table.ok.toArray().every(Boolean)).toBe(true)
    }
    for (const answer of answers) expect(answer).toEqual(answers[0])
  }
})

test('an offset is a zone', async () => {
  const frame = frameOf([Date.UTC(2021, 5, 1), null])
  expect((await column(frame, c => c.t.dt.inZone('-09:30').wallClock())).map(iso)).toEqual([
    '2021-05-31T14:30:00.000Z',
    null,
  ])
  expect((await column(frame, c => c.t.dt.toUtc('+05:45'))).map(iso)).toEqual([
    '2021-05-31T18:15:00.000Z',
    null,
  ])
})

test('a time that comes twice or not at all is an error that says what to do, unless told what it becomes', async () => {
  const twice = frameOf([Date.UTC(2021, 9, 31, 2, 30)])
  const never = frameOf([Date.UTC(2021, 2, 28, 2, 30)])
  await expect(column(twice, c => c.t.dt.toUtc('Europe/Berlin'))).rejects.toMatchObject({
    code: 'ERR_CAST',
    column: 't',
    text: '2021-10-31T02:30:00',
    message: expect.stringContaining('comes twice in Europe/Berlin'),
    hint: expect.stringContaining("'earliest'"),
  })
  await expect(column(never, c => c.t.dt.toUtc('Europe/Berlin'))).rejects.toMatchObject({
    code: 'ERR_CAST',
    message: expect.stringContaining('does not exist in Europe/Berlin'),
    hint: expect.stringContaining("'shiftForward'"),
  })
  expect(twice.select((c: any) => ({ x: c.t.dt.toUtc('UTC') })).schema.x).toBe('timestamp[ms]?')
})

const loose = fromColumns(
  { d: ['2024-01-31'], t: ['2024-01-01T12:00'] },
  { schema: { d: 'date', t: 'timestamp[us]' } },
) as any

test.each<[string, () => unknown, string, string]>([
  ['a misspelt zone', () => loose.t.dt.inZone('Europe/Berlim'), 'ERR_INVALID_ARGUMENT', 'no known time zone'],
  ['no zone', () => loose.t.dt.inZone(), 'ERR_INVALID_ARGUMENT', 'zone of inZone'],
  ['half an offset', () => loose.t.dt.toUtc('+5'), 'ERR_INVALID_ARGUMENT', 'no known time zone'],
  ['a date in a zone', () => loose.d.dt.inZone('UTC').hour(), 'ERR_TYPE', 'inZone needs a timestamp'],
  ['a date of a zone', () => loose.d.dt.toUtc('UTC'), 'ERR_TYPE', 'toUtc needs a timestamp'],
  ['a date in a zone as text', () => loose.d.dt.inZone('UTC').format('%F'), 'ERR_TYPE', 'timestamp'],
  [
    'a strange choice',
    () => loose.t.dt.toUtc('UTC', { ambiguous: 'first' }),
    'ERR_INVALID_ARGUMENT',
    'ambiguous',
  ],
])('%s is refused where it is written', (_, make, code, message) => {
  expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }))
})

test('a misspelt zone comes with the one that was meant', () => {
  expect(() => loose.t.dt.inZone('Europe/Berlim')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('"Europe/Berlin"') }),
  )
})

test('explain shows the zone and nothing of its table', () => {
  const plan = loose.withColumns((c: any) => ({ x: c.t.dt.inZone('Asia/Kolkata').truncate('day') })).explain()
  expect(plan).toContain(
    "fromZone(truncate(toZone(t, 'Asia/Kolkata'), 'day'), 'Asia/Kolkata', 'earliest', 'shiftForward')",
  )
})
