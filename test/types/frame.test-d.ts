// Compile-time expectations; checked by `npm run check` (tsc -p test) and by test/types/types.test.ts. Each result has a
// run-time partner in test/frame, so the types cannot lie.
import {
  asc,
  type ColumnData,
  coalesce,
  col,
  concatStr,
  count,
  type DataFrame,
  desc,
  type Expr,
  fromArrow,
  fromColumns,
  fromObjects,
  lit,
  type Row,
  readCsv,
  type Table,
  type Untyped,
  when,
} from 'millrace'
import { df, type ModeOf, type SchemaOf, same, type TypeOf } from './expect.js'

export function readers(): void {
  const plain = readCsv('x')
  same<DataFrame<Untyped>, typeof plain>(true)
  const anything = plain.Open.anything.at.all
  void anything
  const asserted = readCsv<{ Date: string; Close: number }>('x')
  same<SchemaOf<typeof asserted>, { Date: string; Close: number }>(true)
  const chosen = readCsv('x', { schema: { a: 'int64', b: 'utf8' }, columns: ['b'] })
  same<keyof SchemaOf<typeof chosen>, 'b'>(true)
  // @ts-expect-error an unknown dtype
  readCsv('x', { schema: { a: 'flaot64' } })
  // @ts-expect-error a column that the schema does not have
  readCsv('x', { schema: { a: 'int64' }, columns: ['c'] })
  // @ts-expect-error a misspelt option
  readCsv('x', { delimeter: ';' })

  const made = fromColumns(
    { a: [1, null], b: new Int16Array(1), c: ['x'], d: [new Date()] },
    { schema: { c: 'dict' } },
  )
  same<SchemaOf<typeof made>, { a: 'float64?'; b: 'int16'; c: 'dict'; d: 'timestamp[ms]' }>(true)
  const copied = fromColumns({ b: new Int16Array(1) }, { copy: true })
  same<SchemaOf<typeof copied>, { b: 'int16' }>(true)
  // @ts-expect-error objects are always copied
  fromObjects([{ a: 1 }], { copy: true })

  const arrow = fromArrow(new Uint8Array(), { columns: ['a'], copy: true, memoryLimit: '1GB' })
  same<DataFrame<Untyped>, typeof arrow>(true)
  const typed = fromArrow<{ a: 'int64' }>([new Uint8Array(), new ArrayBuffer(8)])
  same<SchemaOf<typeof typed>, { a: 'int64' }>(true)
  const later = fromArrow<{ a: 'int64' }>({} as AsyncIterable<Uint8Array>)
  same<Promise<DataFrame<{ a: 'int64' }>>, typeof later>(true)
  // @ts-expect-error a path
  fromArrow('prices.arrow')
  // @ts-expect-error a misspelt option
  fromArrow(new Uint8Array(), { column: ['a'] })

  interface Person {
    id: number
    name?: string
    ok: boolean | null
  }
  const people = fromObjects([] as Person[])
  same<SchemaOf<typeof people>, { id: 'float64'; name: 'utf8?'; ok: 'bool?' }>(true)
}

export async function headline(): Promise<void> {
  const df2 = df.filter(df.Close.gt(0))
  const df3 = df2.groupBy('Date').Open.mean()
  same<SchemaOf<typeof df3>, { Date: 'date'; Open: 'float64?' }>(true)
  const table = await df3.compute()
  same<typeof table.Open, ColumnData<'float64?'>>(true)
  same<typeof table.Open.values, Float64Array>(true)
  const bytes: Uint8Array = table.toArrow({ format: 'file', batchRows: 1000 })
  const pieces: AsyncIterable<Uint8Array> = df3.toArrow({ threads: 2, format: 'stream' })
  void [bytes, pieces]
  // @ts-expect-error no such format
  table.toArrow({ format: 'feather' })
  same<ReturnType<typeof table.Date.get>, Date | undefined>(true)
  const rows: { Date: Date; Open: number | null }[] = table.toObjects()
  void rows
}

export function expressions(): void {
  const c = df.col
  same<TypeOf<typeof c.Open>, 'float64?'>(true)
  same<typeof c.filter, Expr<'utf8', 'row'>>(true)
  const results = {
    gt: c.Close.gt(0),
    gtNull: c.Open.gt(c.Close),
    add: c.Close.add(c.Volume),
    addInt: c.Volume.add(c.Volume),
    addLiteral: c.Volume.add(1.5),
    addBig: c.Volume.add(1n),
    div: c.Volume.div(2),
    floor: c.Volume.floorDiv(2n),
    days: c.Date.sub('2020-01-01'),
    due: c.Date.add(7),
    neg: c.Volume.neg(),
    abs: c.Open.abs(),
    sqrt: c.Volume.sqrt(),
    filled: c.Open.fillNull(0),
    coalesced: c.Open.coalesce(c.Close),
    stillNull: coalesce(c.Open, null),
    cast: c.Open.cast('int32'),
    length: c.Ticker.str.length(),
    year: c.At.dt.year(),
    month: c.Date.dt.truncate('month'),
    and: c.Close.gt(0).and(c.Up),
    isNull: c.Up.isNull(),
    inSet: c.Ticker.isIn(['a', null]),
    text: concatStr(c.Ticker, '-', c.filter),
    textSkipping: concatStr(c.Ticker, c.Close.cast('utf8'), { separator: '-', nulls: 'skip' }),
    textSeparated: concatStr(c.Ticker, c.filter, { separator: '-' }),
    textNull: concatStr(c.Ticker, c.Open.cast('utf8'), { separator: '-' }),
    matches: c.Ticker.str.matches(/a+/),
    matchesNull: c.Open.cast('utf8').str.matches(/a+/, { timeout: 5 }),
    extract: c.Ticker.str.extract(/(a+)/, 1),
    replaced: c.Ticker.str.replaceAll(/a+/g, 'b'),
    counted: c.Ticker.str.count('a'),
    piece: c.Ticker.str.split('-', 0),
    place: c.Ticker.str.find('a'),
    padded: c.Ticker.str.padStart(5, '0'),
    distance: c.Ticker.str.levenshtein('a'),
    distanceNull: c.Ticker.str.levenshtein(c.Open.cast('utf8')),
    parsed: c.Ticker.str.toNumber(),
    parsedLoosely: c.Ticker.str.toInteger({ strict: false }),
    hash: c.Volume.hash(),
    hashNull: c.Open.hash({ seed: 1 }),
    pick: when(c.Up).then('up').otherwise('down'),
    pickNull: when(c.Up).then('up').otherwise(null),
  }
  type R = { [K in keyof typeof results]: TypeOf<(typeof results)[K]> }
  same<
    R,
    {
      gt: 'bool'
      gtNull: 'bool?'
      add: 'float64'
      addInt: 'int64'
      addLiteral: number
      addBig: 'int64'
      div: 'float64'
      floor: 'int64?'
      days: 'int64'
      due: 'date'
      neg: 'int64'
      abs: 'float64?'
      sqrt: 'float64'
      filled: 'float64'
      coalesced: 'float64'
      stillNull: 'float64?' | null
      cast: 'int32?'
      length: 'int64'
      year: 'int32?'
      month: 'date'
      and: 'bool?'
      isNull: 'bool'
      inSet: 'bool'
      text: 'utf8'
      textSkipping: 'utf8'
      textSeparated: 'utf8'
      textNull: 'utf8?'
      matches: 'bool'
      matchesNull: 'bool?'
      extract: 'utf8?'
      replaced: 'utf8'
      counted: 'int64'
      piece: 'utf8?'
      place: 'int64?'
      padded: 'utf8'
      distance: 'int64'
      distanceNull: 'int64?'
      parsed: 'float64'
      parsedLoosely: 'int64?'
      hash: 'uint64'
      hashNull: 'uint64?'
      pick: 'utf8'
      pickNull: 'utf8' | null
    }
  >(true)
  // @ts-expect-error numbers are not compared with text
  c.Close.gt('x')
  // @ts-expect-error text is not added
  c.Ticker.add('x')
  // @ts-expect-error numbers have no text methods
  c.Close.str.length()
  // @ts-expect-error text has no date methods
  c.Ticker.dt.year()
  // @ts-expect-error numbers are no conditions
  c.Close.and(true).not()
  // @ts-expect-error a misspelt dtype
  c.Close.cast('int46')
  // @ts-expect-error a misspelt column
  df.col('Clos')
  // @ts-expect-error JavaScript has no operators for columns
  df.Close > 0
  // @ts-expect-error a misspelt unit
  c.Date.dt.truncate('decade')
  // @ts-expect-error null is tested with isNull
  c.Close.eq(null)
  // @ts-expect-error a list of another kind
  c.Ticker.isIn([1])
}

export function modes(): void {
  const groups = df.groupBy('Ticker')
  const frame = groups.agg(c => ({
    mean: c.Open.mean(),
    range: c.Close.max().sub(c.Close.min()),
    scaled: c.Close.mean().mul(100).round(2),
    rows: count(),
    one: lit(1),
    share: c.Volume.sum().div(count()),
    any: c.Up.any(),
    spread: c.Close.std(),
  }))
  same<
    SchemaOf<typeof frame>,
    {
      Ticker: 'utf8'
      mean: 'float64?'
      range: 'float64'
      scaled: 'float64'
      rows: 'int64'
      one: number
      share: 'float64'
      any: 'bool'
      spread: 'float64?'
    }
  >(true)
  same<ModeOf<ReturnType<typeof df.Close.mean>>, 'agg'>(true)
  // @ts-expect-error a column that is not aggregated
  groups.agg(c => ({ x: c.Open }))
  // @ts-expect-error a row minus an aggregate
  groups.agg(c => ({ x: c.Open.sub(c.Open.mean()) }))
  // @ts-expect-error an aggregate as a column
  df.withColumns(c => ({ x: c.Open.mean() }))
  // @ts-expect-error an aggregate as a filter
  df.filter(df.Close.mean().gt(0))
  // @ts-expect-error the mean of text
  groups.agg(c => ({ x: c.Ticker.mean() }))
  // @ts-expect-error the mean of a text column of groups
  groups.filter.mean().compute()
  // @ts-expect-error a key is no column of the groups
  groups.Ticker.mean()
  const unsorted = df.groupBy('Ticker', 'Date', { sort: false }).Close.max()
  same<SchemaOf<typeof unsorted>, { Ticker: 'utf8'; Date: 'date'; Close: 'float64' }>(true)
  // @ts-expect-error a misspelt key
  df.groupBy('Tickr')
  // @ts-expect-error a misspelt option
  df.groupBy('Ticker', { sorted: true })
}

export function steps(): void {
  const selected = df.select('Date', 'Close')
  same<SchemaOf<typeof selected>, { Date: 'date'; Close: 'float64' }>(true)
  const computed = df.select(c => ({ day: c.Date, half: c.Close.div(2) }))
  same<SchemaOf<typeof computed>, { day: 'date'; half: 'float64' }>(true)
  const more = computed.withColumns(c => ({ half: c.half.cast('int32'), twice: c.half.mul(4) }))
  same<SchemaOf<typeof more>, { day: 'date'; half: 'int32'; twice: 'float64' }>(true)
  const given = computed.withColumns({ late: computed.day.gt('2020-01-01') })
  same<SchemaOf<typeof given>, { day: 'date'; half: 'float64'; late: 'bool' }>(true)
  const dropped = more.drop('half', 'day')
  same<SchemaOf<typeof dropped>, { twice: 'float64' }>(true)
  const renamed = computed.rename({ day: 'date' })
  same<SchemaOf<typeof renamed>, { date: 'date'; half: 'float64' }>(true)
  const cast = selected.cast({ Close: 'int32' })
  same<SchemaOf<typeof cast>, { Date: 'date'; Close: 'int32' }>(true)
  const nullable = df.select('Open', 'At', 'Up')
  const filled = nullable.fillNull(0)
  same<SchemaOf<typeof filled>, { Open: 'float64'; At: 'timestamp[us]?'; Up: 'bool?' }>(true)
  const filledSome = nullable.fillNull({ Up: false })
  same<SchemaOf<typeof filledSome>, { Open: 'float64?'; At: 'timestamp[us]?'; Up: 'bool' }>(true)
  const present = nullable.dropNulls('At')
  same<SchemaOf<typeof present>, { Open: 'float64?'; At: 'timestamp[us]'; Up: 'bool?' }>(true)
  const dictionary = df.groupBy('Date').agg({ Open: ['mean', 'max'], Volume: 'sum' })
  same<
    SchemaOf<typeof dictionary>,
    { Date: 'date'; Volume: 'int64'; Open_mean: 'float64?'; Open_max: 'float64?' }
  >(true)
  const whole = df.agg(c => ({ mean: c.Close.mean(), n: c.Close.count(), sum: c.Volume.sum() }))
  same<SchemaOf<typeof whole>, { mean: 'float64?'; n: 'int64'; sum: 'int64' }>(true)
  // @ts-expect-error a misspelt column
  df.select('Dat')
  // @ts-expect-error a misspelt column
  df.drop('Dat')
  // @ts-expect-error a misspelt column in a callback
  df.filter(c => c.Clos.gt(0))
  // @ts-expect-error a misspelt aggregate
  df.agg({ Open: ['avg'] })
  // @ts-expect-error filter needs a condition
  df.filter(df.Close)
  // @ts-expect-error columns are read-only
  df.Close = df.Open
}

export async function tables(): Promise<void> {
  const table = await df.compute()
  same<typeof table.Volume.values, BigInt64Array>(true)
  same<typeof table.Date.values, Int32Array>(true)
  same<typeof table.Ticker.values, readonly string[]>(true)
  const big = await df.compute({ int64: 'bigint', dates: 'iso', threads: 2 })
  same<ReturnType<typeof big.Volume.get>, bigint | undefined>(true)
  same<ReturnType<typeof big.At.toArray>, (string | null)[]>(true)
  same<Row<{ a: 'int64'; b: 'utf8?' }>, { a: number; b: string | null }>(true)
  for await (const batch of df) same<typeof batch.Close.values, Float64Array>(true)
  for await (const batch of df.batches({ dates: 'ms' }))
    same<ReturnType<typeof batch.Date.get>, number | undefined>(true)
  const columns: { Open: (number | null)[] } = table.toColumns()
  const first = df.head()
  same<typeof first, typeof df>(true)
  // A method wins over a column of its name, which col reaches.
  const shadowed = table.col('filter')
  same<typeof shadowed, ColumnData<'utf8'>>(true)
  const method: string = df.filter(df.col.filter.eq('x')).explain()
  void method
  void columns
}

export function assignability(): void {
  const analyzed: Promise<string> = df.explain({ analyze: true, threads: 1 })
  void analyzed
  const takesClose = (frame: DataFrame<{ Close: 'float64' }>): string => frame.explain()
  takesClose(readCsv('x', { schema: { Close: 'float64' } }).filter(c => c.Close.gt(0)))
  // @ts-expect-error another dtype
  takesClose(readCsv('x', { schema: { Close: 'utf8' } }))
  let frame = df.select('Close', 'Ticker')
  frame = frame.withColumns(c => ({ Ticker: c.Ticker.str.toUpper() }))
  frame = frame.filter(frame.Close.gt(0)).head()
  // @ts-expect-error other columns
  frame = df.select('Close')
  const list = [df.select('Close'), df.groupBy('Date').Close.max(), frame]
  void list.map(each => each.explain())
  const takesAny = (frame: DataFrame): readonly string[] => frame.filter(c => c.Close.gt(0)).columns
  takesAny(df)
  takesAny(readCsv('x'))
  // @ts-expect-error which columns it has is not known
  const noColumns = (frame: DataFrame) => frame.Close
  void noColumns
  const takesTable = (table: Table): number => table.length
  void df.compute({ int64: 'bigint' }).then(takesTable)
  takesClose(df.$assertSchema<{ Close: 'float64' }>())
  const generic = async <F extends DataFrame>(frame: F): Promise<Table> => frame.compute()
  void generic(df)
}

export function rows(): void {
  same<SchemaOf<ReturnType<typeof sorted>>, SchemaOf<typeof df>>(true)
  const sorted = () => df.sortBy('Date', desc('Close'), df.Open.neg(), { nulls: 'first' }).tail(3).slice(1, 1)
  void df.topK(3, 'Volume', asc('Date'))
  void df.distinct('Ticker', { keep: 'last' })
  // @ts-expect-error no such column
  void df.sortBy('Clsoe')
  // @ts-expect-error no such option
  void df.distinct('Ticker', { keep: 'both' })
  const counts = df.valueCounts('Ticker', 'Up')
  same<SchemaOf<typeof counts>, { Ticker: 'utf8'; Up: 'bool?'; count: 'int64' }>(true)
  const named = df.valueCounts('Ticker', { name: 'n' })
  same<SchemaOf<typeof named>, { Ticker: 'utf8'; n: 'int64' }>(true)
  const shares = df.valueCounts('Ticker', { normalize: true })
  same<SchemaOf<typeof shares>, { Ticker: 'utf8'; proportion: 'float64' }>(true)
  const numbered = df.select('Open').withRowIndex()
  same<SchemaOf<typeof numbered>, { index: 'int64'; Open: 'float64?' }>(true)
  const long = df.select('Date', 'Open', 'Close').unpivot({ on: 'Open', index: 'Date' })
  same<SchemaOf<typeof long>, { Date: 'date'; variable: 'utf8'; value: 'float64?' }>(true)
  const described = df.select('Date', 'Open', 'Volume').describe()
  same<SchemaOf<typeof described>, { statistic: 'utf8'; Open: 'float64?'; Volume: 'float64?' }>(true)
  void df.sample(5, { seed: 1 })
  // @ts-expect-error either a number or a fraction
  void df.sample(5, { fraction: 0.5 })
}

export function joins(): void {
  const left = df.select('Ticker', 'Open', 'Close')
  const right = df.select('Ticker', 'Close', 'Volume')
  const inner = left.join(right, { on: 'Ticker' })
  same<
    SchemaOf<typeof inner>,
    { Ticker: 'utf8'; Open: 'float64?'; Close: 'float64'; Close_right: 'float64'; Volume: 'int64' }
  >(true)
  const kept = left.join(right, { on: ['Ticker'], how: 'left', suffix: '_b' })
  same<
    SchemaOf<typeof kept>,
    { Ticker: 'utf8'; Open: 'float64?'; Close: 'float64'; Close_b: 'float64?'; Volume: 'int64?' }
  >(true)
  const outer = left.join(right, { on: 'Ticker', how: 'outer' })
  same<
    SchemaOf<typeof outer>,
    { Ticker: 'utf8'; Open: 'float64?'; Close: 'float64?'; Close_right: 'float64?'; Volume: 'int64?' }
  >(true)
  const semi = left.join(right, { leftOn: 'Ticker', rightOn: 'Ticker', how: 'semi' })
  same<SchemaOf<typeof semi>, SchemaOf<typeof left>>(true)
  const crossed = left.select('Open').join(right.select('Volume'), { how: 'cross' })
  same<SchemaOf<typeof crossed>, { Open: 'float64?'; Volume: 'int64' }>(true)
  const asof = df
    .select('At', 'Ticker')
    .joinAsof(df.select('At', 'Ticker', 'Open'), { on: 'At', by: 'Ticker' })
  same<SchemaOf<typeof asof>, { At: 'timestamp[us]?'; Ticker: 'utf8'; Open: 'float64?' }>(true)
  const both = left.select('Close').concat(left.select('Open').rename({ Open: 'Close' }))
  same<SchemaOf<typeof both>, { Close: 'float64?' }>(true)
  // @ts-expect-error no such key on both sides
  void left.join(right, { on: 'Open' })
  // @ts-expect-error no such kind
  void left.join(right, { on: 'Ticker', how: 'full' })
  const unknown = readCsv('x').join(left, { on: 'Ticker' })
  void unknown.Anything
}

export function untyped(): void {
  const any = readCsv('x')
  const c = any.col('Close')
  same<typeof c, Expr<any, 'row'>>(true)
  const frame = any
    .filter(c.gt(0).and(col('Open').lt(1)))
    .groupBy('Date')
    .agg(k => ({ open: k.Open.mean(), n: count() }))
  same<SchemaOf<typeof frame>['n'], 'int64'>(true)
  any.withColumns(k => ({ x: k.a.str.length(), y: k.b.dt.year(), z: k.c.add(1) }))
}
