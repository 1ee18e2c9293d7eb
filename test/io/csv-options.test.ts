import { readCsv } from 'millrace'
import { expect, test } from 'vitest'

const file = new URL('../frame/fixtures/prices.csv', import.meta.url)
const read = (options: object) => readCsv(file, options as Parameters<typeof readCsv>[1])

test.each([
  [{ delimeter: ';' }, 'did you mean "delimiter"?'],
  [{ skip_rows: 1 }, 'did you mean "skipRows"?'],
  [{ onerror: 'null' }, 'did you mean "onError"?'],
  [{ sep: ';' }, undefined],
])('%j is a misspelt option', (options, hint) => {
  expect(() => read(options)).toThrow(
    expect.objectContaining({ code: 'ERR_UNKNOWN_OPTION', ...(hint && { hint }) }),
  )
})

test.each([
  { delimiter: ';;' },
  { delimiter: '\n' },
  { delimiter: '"' },
  { delimiter: '#', comment: '#' },
  { quote: '' },
  { quote: '#', comment: '#' },
  { escape: ',' },
  { header: 'yes' },
  { infer: 1 },
  { nullValues: [1] },
  { skipRows: -1 },
  { skipRows: 1.5 },
  { dates: 'iso' },
  { onError: 'ignore' },
  { maxFieldBytes: 0 },
  { maxFieldBytes: '2GiB' },
  { maxColumns: 0 },
  { encoding: 'utf16' },
  { schema: [] },
  { schema: { Date: 'dat' } },
  { schema: { Date: 1 } },
  { columns: 'Date' },
])('%j is refused by name', options => {
  const [name] = Object.keys(options)
  expect(() => read(options)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(new RegExp(`${name}|Date|same character`)),
    }),
  )
})

test.each([
  undefined,
  null,
  3,
  {},
  [],
  [1],
  '',
  'a\0b',
  'https://example.org/a.csv',
  new URL('https://example.org/'),
])('%o is no input', input => {
  expect(() => readCsv(input as string)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
})

test('names in schema and columns must exist', () => {
  expect(() => read({ schema: { Dat: 'date' } })).toThrow(
    expect.objectContaining({ code: 'ERR_COLUMN_NOT_FOUND', column: 'Dat', hint: 'did you mean "Date"?' }),
  )
  expect(() => read({ columns: ['Date', 'Clos'] })).toThrow(
    expect.objectContaining({ code: 'ERR_COLUMN_NOT_FOUND', column: 'Clos', hint: 'did you mean "Close"?' }),
  )
})

test('a glob without matches says where it looked', () => {
  expect(() => readCsv('/nowhere/at/all/*.csv')).toThrow(
    expect.objectContaining({ code: 'ERR_FILE_NOT_FOUND', hint: expect.stringContaining('/nowhere/at/all') }),
  )
})
