import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readCsv } from 'millrace'
import { afterAll, expect, test } from 'vitest'

const prices = fileURLToPath(new URL('../frame/fixtures/prices.csv', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-csv-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const bytes = (text: string) => new TextEncoder().encode(text)
const rows = async (...args: Parameters<typeof readCsv>) => (await readCsv(...args).compute()).toObjects()

test('dtypes are inferred, and every inferred column may have nulls', () => {
  expect(readCsv(prices).schema).toEqual({
    Date: 'date?',
    Ticker: 'utf8?',
    Open: 'float64?',
    High: 'int64?',
    Low: 'int64?',
    Close: 'int64?',
    'Adj Close': 'float64?',
    Volume: 'int64?',
  })
})

test('a path, a URL, its text, bytes, a list and a glob read the same', async () => {
  const expected = await rows(prices)
  expect(expected).toHaveLength(5)
  expect(await rows(pathToFileURL(prices))).toEqual(expected)
  expect(await rows(pathToFileURL(prices).href)).toEqual(expected)
  expect(await rows(readFileSync(prices))).toEqual(expected)
  expect(await rows([prices])).toEqual(expected)
  expect(await rows(prices.replace('prices', 'pr?ces'))).toEqual(expected)
})

test('files of a list come in its order, files of a glob by name', async () => {
  const b = file('part-b.csv', 'x\n2\n')
  const a = file('part-a.csv', 'x\n1\n')
  expect(await rows([b, a])).toEqual([{ x: 2 }, { x: 1 }])
  expect(await rows(join(folder, 'part-*.csv'))).toEqual([{ x: 1 }, { x: 2 }])
})

test('a file whose name looks like a pattern is itself', async () => {
  expect(await rows(file('odd[1].csv', 'x\n1\n'))).toEqual([{ x: 1 }])
})

test('the schema types the columns that it names and leaves the others inferred', async () => {
  const df = readCsv(prices, { schema: { Close: 'float64', Volume: 'float64?' } })
  expect(df.schema).toMatchObject({ Close: 'float64', Volume: 'float64?', Date: 'date?' })
  const table = await df.compute()
  expect(table.Close.values).toBeInstanceOf(Float64Array)
  expect(table.Volume.toArray()).toEqual([10, null, 30, 40, 50])
})

test('a null in a column declared without ? fails, naming the column', async () => {
  const df = readCsv(prices, { schema: { Open: 'float64' } })
  await expect(df.compute()).rejects.toMatchObject({ code: 'ERR_NULL_IN_NON_NULLABLE', column: 'Open' })
})

test('columns picks and orders', async () => {
  const df = readCsv(prices, { columns: ['Close', 'Date'] })
  expect(df.columns).toEqual(['Close', 'Date'])
  expect(df.explain()).toContain('reads Date, Close (2 of 8)')
  expect((await df.head(1).compute()).toObjects()).toEqual([{ Close: 2, Date: new Date('2020-01-01') }])
})

test.each([
  ['a;b\n1;2\n', {}, [{ a: 1, b: 2 }]],
  ['a\tb\n1\t2\n', {}, [{ a: 1, b: 2 }]],
  ['a:b\n1:2\n', { delimiter: ':' }, [{ a: 1, b: 2 }]],
  ["a,b\n'1,1',2\n", { quote: "'" }, [{ a: '1,1', b: 2 }]],
  ['a,b\n"1,x\n', { quote: null, header: true }, [{ a: '"1', b: 'x' }]],
  ['a,b\n"x\\"y",2\n', { escape: '\\' }, [{ a: 'x"y', b: 2 }]],
  ['a,b\n1,2\n', { infer: false }, [{ a: '1', b: '2' }]],
  [
    'a,b\nNA,2\n,3\n',
    { nullValues: ['NA', ''] },
    [
      { a: null, b: 2 },
      { a: null, b: 3 },
    ],
  ],
  [
    'a,b\nn/a,2\n1,3\n',
    { nullValues: 'n/a' },
    [
      { a: null, b: 2 },
      { a: 1, b: 3 },
    ],
  ],
  ['# note\na,b\n# more\n1,2\n', { comment: '#' }, [{ a: 1, b: 2 }]],
  ['junk\nmore junk\na,b\n1,2\n', { skipRows: 2 }, [{ a: 1, b: 2 }]],
  ['d\n2020-01-01\n', { dates: 'utf8' }, [{ d: '2020-01-01' }]],
  ['d\n2020-01-01\n', {}, [{ d: new Date('2020-01-01') }]],
  [
    'a,b\n1,2\nx,3\n',
    { schema: { a: 'int64?' }, onError: 'null' },
    [
      { a: 1, b: 2 },
      { a: null, b: 3 },
    ],
  ],
  ['a,b\n1,2\nx,3\n', { schema: { a: 'int64' }, onError: 'skip' }, [{ a: 1, b: 2 }]],
] as const)('%j with %j', async (text, options, expected) => {
  expect(await rows(bytes(text), options as object)).toEqual(expected)
})

test('header: false keeps the first row and makes up names', async () => {
  const df = readCsv(bytes('1,2\n3,4\n'), { header: false })
  expect(await df.rowCount()).toBe(2)
  expect(df.columns).toHaveLength(2)
})

test('encoding: latin1 reads what is not UTF-8', async () => {
  const text = Uint8Array.from([0x61, 0x0a, 0xe9, 0x0a])
  expect(await rows(text, { encoding: 'latin1' })).toEqual([{ a: 'é' }])
  await expect((async () => rows(text))()).rejects.toMatchObject({ code: 'ERR_CSV_ENCODING' })
})

test('a field that does not fit names file, line, column, text and what to do', async () => {
  const path = file('bad.csv', 'id,price\n1,2\n2,three\n')
  const df = readCsv(path, { schema: { price: 'float64' } })
  await expect(df.compute()).rejects.toMatchObject({
    code: 'ERR_CSV_TYPE',
    file: path,
    line: 3,
    column: 'price',
    text: 'three',
    hint: expect.any(String),
  })
})

test('limits are errors', async () => {
  await expect(
    (async () => readCsv(bytes(`a\n${'x'.repeat(1000)}\n`), { maxFieldBytes: 100 }).compute())(),
  ).rejects.toMatchObject({ code: 'ERR_CSV_FIELD_TOO_LARGE' })
  expect(() => readCsv(bytes('a,b,c\n1,2,3\n'), { maxColumns: 2 })).toThrow(
    expect.objectContaining({ code: 'ERR_CSV_TOO_MANY_COLUMNS' }),
  )
})

test.each([
  ['a file that is not there', () => join(folder, 'missing.csv'), 'ERR_FILE_NOT_FOUND'],
  ['a folder', () => folder, 'ERR_FILE_IS_DIRECTORY'],
  ['an empty file', () => file('empty.csv', ''), 'ERR_FILE_EMPTY'],
] as const)('%s fails at once, with the path and the line of the call', (_name, make, code) => {
  let error: (Error & { file?: string }) | undefined
  const path = make()
  try {
    readCsv(path)
  } catch (caught) {
    error = caught as Error
  }
  expect(error).toMatchObject({ code, file: path })
  expect(error!.stack!.split('\n').find(line => /^\s+at /.test(line))).toContain('read-csv.test.ts')
})

test('hostile column names are data', async () => {
  const names = ['__proto__', 'constructor', 'then', 'filter', 'toString', 'length', '0', 'a b']
  const df = readCsv(bytes(`${names.join(',')}\n${names.map((_, i) => i).join(',')}\n`))
  expect(df.columns).toEqual(names)
  const table = await df.compute()
  const [row] = table.toObjects()
  expect(Object.keys(row!).sort()).toEqual([...names].sort())
  for (const [i, name] of names.entries()) {
    expect(Object.getOwnPropertyDescriptor(row, name)!.value).toBe(i)
    expect(table.col(name).get(0)).toBe(i)
    expect((await df.filter(df.col(name).eq(i)).compute()).length).toBe(1)
  }
  expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test('repeated and empty names are changed, and said so in a warning', async () => {
  const warning = new Promise<Error>(resolve => process.once('warning', resolve))
  const df = readCsv(bytes('a,a,\n1,2,3\n'))
  expect(new Set(df.columns).size).toBe(3)
  expect(await warning).toMatchObject({ code: 'MILLRACE_COLUMN_RENAMED' })
})

test('bytes that were transferred away are ERR_BUFFER_DETACHED', async () => {
  const data = bytes('a\n1\n')
  const df = readCsv(data)
  structuredClone(data.buffer, { transfer: [data.buffer] })
  await expect(df.compute()).rejects.toMatchObject({ code: 'ERR_BUFFER_DETACHED' })
})
