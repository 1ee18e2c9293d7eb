// Every expression method run by the engine against the answer written beside it; and the dtype that the plan foresaw
// against the one that came out.
import { coalesce, concatStr, type Expr, fromColumns, lit, when } from 'millrace'
import { expect, test } from 'vitest'

const df = fromColumns(
  {
    i: [1, -7, null, 0],
    j: [3, 2, 5, 0],
    x: [1.5, -2.5, null, Number.NaN],
    y: [0.5, 2, 4, 0],
    s: ['Ab', ' é💧 ', null, ''],
    k: ['a', 'b', 'a', null],
    p: [true, true, false, null],
    q: [true, false, null, null],
    d: ['2020-02-29', '1969-12-31', null, '2021-01-01'],
    t: ['2020-02-29T13:14:15.678Z', '1969-12-31T23:59:59.999Z', null, '2021-01-01T00:00:00Z'],
  },
  { schema: { i: 'int64?', j: 'int32', k: 'dict?', d: 'date?', t: 'timestamp[ms]?' } },
)
const c = df.col
const day = (text: string) => new Date(text)

const cases: [expr: Expr<any, any>, values: unknown[]][] = [
  [c.i.eq(1), [true, false, null, false]],
  [c.i.ne(1), [false, true, null, true]],
  [c.i.lt(c.j), [true, true, null, false]],
  [c.x.le(1.5), [true, true, null, false]],
  [c.x.gt(-100), [true, true, null, false]],
  [c.x.ne(c.x), [false, false, null, true]],
  [c.s.ge('A'), [true, false, null, false]],
  [c.k.eq('a'), [true, false, true, null]],
  [c.i.eqMissing(null), [false, false, true, false]],
  [c.i.between(-7, 0), [false, true, null, true]],
  [c.j.isIn([2, 5, 7.5]), [false, true, true, false]],
  [c.k.isIn(['a', null]), [true, false, true, null]],
  [c.d.isIn(['2020-02-29', day('2021-01-01')]), [true, false, null, true]],
  [c.d.gt('2020-01-01'), [true, false, null, true]],
  [c.t.lt(new Date(0)), [false, true, null, false]],
  [c.d.eq(c.t), [false, false, null, true]],
  [c.i.add(c.j), [4, -5, null, 0]],
  [c.i.sub(1.5), [-0.5, -8.5, null, -1.5]],
  [c.j.mul(2), [6, 4, 10, 0]],
  [c.i.div(c.j), [1 / 3, -3.5, null, Number.NaN]],
  [c.i.floorDiv(c.j), [0, -4, null, null]],
  [c.i.mod(c.j), [1, 1, null, null]],
  [c.j.pow(2), [9, 4, 25, 0]],
  [c.i.neg(), [-1, 7, null, 0]],
  [c.x.abs(), [1.5, 2.5, null, Number.NaN]],
  [c.x.round(), [2, -3, null, Number.NaN]],
  [c.y.round(-1), [0, 0, 0, 0]],
  [c.x.floor(), [1, -3, null, Number.NaN]],
  [c.x.ceil(), [2, -2, null, Number.NaN]],
  [c.y.mul(2).sqrt(), [1, 2, Math.sqrt(8), 0]],
  [c.y.exp().log(), [0.5, 2, 4, 0]],
  [c.y.log2(), [-1, 1, 2, Number.NEGATIVE_INFINITY]],
  [c.y.mul(0).add(100).log10(), [2, 2, 2, 2]],
  [c.p.and(c.q), [true, false, false, null]],
  [c.p.or(c.q), [true, true, null, null]],
  [c.p.xor(c.q), [false, true, null, null]],
  [c.q.not(), [false, true, null, null]],
  [c.x.isNull(), [false, false, true, false]],
  [c.x.isNotNull(), [true, true, false, true]],
  [c.x.isNaN(), [false, false, null, true]],
  [c.i.fillNull(9), [1, -7, 9, 0]],
  [c.k.fillNull('z'), ['a', 'b', 'a', 'z']],
  [c.x.fillNaN(0), [1.5, -2.5, null, 0]],
  [c.x.fillNaN(null), [1.5, -2.5, null, null]],
  [coalesce(c.i, c.j), [1, -7, 5, 0]],
  [coalesce(c.s, 'none'), ['Ab', ' é💧 ', 'none', '']],
  [when(c.i.gt(0)).then('up').when(c.i.lt(0)).then('down').otherwise(null), ['up', 'down', null, null]],
  [
    when(c.p).then(c.d).otherwise('2000-01-01'),
    [day('2020-02-29'), day('1969-12-31'), day('2000-01-01'), day('2000-01-01')],
  ],
  [c.x.fillNaN(7).cast('int32'), [1, -2, null, 7]],
  [c.i.cast('utf8'), ['1', '-7', null, '0']],
  [c.d.cast('utf8'), ['2020-02-29', '1969-12-31', null, '2021-01-01']],
  [c.t.cast('date'), [day('2020-02-29'), day('1969-12-31'), null, day('2021-01-01')]],
  [c.p.cast('int8'), [1, 1, 0, null]],
  [lit('7').cast('int64'), [7, 7, 7, 7]],
  [lit(null).cast('float64'), [null, null, null, null]],
  [c.s.str.contains('b'), [true, false, null, false]],
  [c.s.str.startsWith(' '), [false, true, null, false]],
  [c.s.str.endsWith('b'), [true, false, null, false]],
  [c.s.str.length(), [2, 4, null, 0]],
  [c.s.str.byteLength(), [2, 8, null, 0]],
  [c.s.str.toLower(), ['ab', ' é💧 ', null, '']],
  [c.s.str.toUpper(), ['AB', ' É💧 ', null, '']],
  [c.s.str.trim(), ['Ab', 'é💧', null, '']],
  [c.s.str.trimStart(), ['Ab', 'é💧 ', null, '']],
  [c.s.str.trimEnd(), ['Ab', ' é💧', null, '']],
  [c.s.str.slice(1, 2), ['b', 'é💧', null, '']],
  [c.s.str.slice(-2), ['Ab', '💧 ', null, '']],
  [concatStr(c.s, '-', c.k), ['Ab-a', ' é💧 -b', null, null]],
  [c.d.dt.year(), [2020, 1969, null, 2021]],
  [c.t.dt.month(), [2, 12, null, 1]],
  [c.t.dt.day(), [29, 31, null, 1]],
  [c.t.dt.hour(), [13, 23, null, 0]],
  [c.t.dt.minute(), [14, 59, null, 0]],
  [c.t.dt.second(), [15, 59, null, 0]],
  [c.t.dt.millisecond(), [678, 999, null, 0]],
  [c.d.dt.weekday(), [6, 3, null, 5]],
  [c.d.dt.dayOfYear(), [60, 365, null, 1]],
  [c.d.dt.quarter(), [1, 4, null, 1]],
  [c.d.dt.truncate('month'), [day('2020-02-01'), day('1969-12-01'), null, day('2021-01-01')]],
  [c.t.dt.truncate('week'), [day('2020-02-24'), day('1969-12-29'), null, day('2020-12-28')]],
  [c.t.dt.toDate(), [day('2020-02-29'), day('1969-12-31'), null, day('2021-01-01')]],
  [c.t.dt.epoch('s'), [1582982055, -1, null, 1609459200]],
  [c.d.add(1), [day('2020-03-01'), day('1970-01-01'), null, day('2021-01-02')]],
  [c.d.sub('2020-01-01'), [59, -18263, null, 366]],
  [c.t.sub(c.t), [0, 0, null, 0]],
]

test.each(cases.map(([expr, values]) => [String(expr), values, expr] as const))(
  '%s',
  async (_text, values, expr) => {
    const frame = df.select(() => ({ out: expr as Expr<any> }))
    const table = await frame.compute()
    const out = table.col('out')
    expect(out.toArray().map(zero)).toEqual(values)
    expect(frame.schema.out).toMatch(new RegExp(`^${out.dtype.replace(/[[\]]/g, '\\$&')}\\??$`))
    if (out.nullCount > 0) expect(frame.schema.out).toMatch(/\?$/)
  },
)

// -0 is a right answer where 0 is.
const zero = (value: unknown) => (value === 0 ? 0 : value)

const failing: [string, Expr<any, any>, string][] = [
  ['an overflow', c.i.mul(2n ** 62n), 'ERR_OVERFLOW'],
  ['text that is no number', c.k.cast('float64'), 'ERR_CAST'],
  ['a number that does not fit', c.j.mul(100).cast('int8'), 'ERR_CAST'],
  ['NaN as an integer', c.x.cast('int64'), 'ERR_CAST'],
]

test.each(failing)('%s fails the query with the line of the call', async (_name, expr, code) => {
  const error: Error = await df
    .select(() => ({ out: expr as Expr<any> }))
    .compute()
    .catch(caught => caught)
  expect(error).toMatchObject({ code, name: 'MillraceError' })
  expect(error.stack!.split('\n').find(line => /^\s+at /.test(line))).toContain('expressions.test.ts')
})

test('a filter that protects a cast keeps protecting it', async () => {
  const numbers = fromColumns({ kind: ['n', 't'], text: ['7', 'seven'] })
  const safe = numbers.filter(numbers.kind.eq('n')).filter(col => col.text.cast('int64').gt(0))
  expect((await safe.compute()).length).toBe(1)
})
