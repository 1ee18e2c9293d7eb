import { dateRange } from 'millrace'
import { expect, test } from 'vitest'

const isos = async (frame: any) =>
  (await frame.compute()).toObjects().map((row: object) => (Object.values(row)[0] as Date).toISOString())

test('every day from the first to the last, or none', async () => {
  expect(await isos(dateRange('2020-02-28', new Date('2020-03-01')))).toEqual(
    ['2020-02-28', '2020-02-29', '2020-03-01'].map(day => `${day}T00:00:00.000Z`),
  )
  expect(await isos(dateRange('2020-03-01', '2020-02-28'))).toEqual([])
  expect(dateRange('2020-01-01', '2020-01-02').schema).toEqual({ Date: 'date' })
})

test('steps, names and types are chosen', async () => {
  const hours = dateRange('2020-01-01', '2020-01-01T14:00', {
    every: '6h',
    dtype: 'timestamp[ms]',
    name: 'At',
  })
  expect(hours.schema).toEqual({ At: 'timestamp[ms]' })
  expect(await isos(hours)).toEqual(['00', '06', '12'].map(hour => `2020-01-01T${hour}:00:00.000Z`))
})

test('a day that a month does not have becomes its last, that of the end too', async () => {
  const months = (end: string) => isos(dateRange('2020-01-31', end, { every: '1mo' }))
  const all = ['2020-01-31', '2020-02-29', '2020-03-31', '2020-04-30'].map(day => `${day}T00:00:00.000Z`)
  expect(await months('2020-04-30')).toEqual(all)
  expect(await months('2020-04-29')).toEqual(all.slice(0, 3))
  expect(await months('2020-05-01')).toEqual(all)
})

test('days of a zone begin at its midnight, without those that it skipped', async () => {
  const zoned = (zone: string, start: string, end: string) =>
    isos(dateRange(start, end, { dtype: 'timestamp[us]', zone }))
  expect(await zoned('Europe/Berlin', '2021-03-26T23:00Z', '2021-03-29T21:59Z')).toEqual([
    '2021-03-26T23:00:00.000Z',
    '2021-03-27T23:00:00.000Z',
    '2021-03-28T22:00:00.000Z',
  ])
  expect(await zoned('Pacific/Apia', '2011-12-29T10:00Z', '2012-01-01T10:00Z')).toEqual([
    '2011-12-29T10:00:00.000Z',
    '2011-12-30T10:00:00.000Z',
    '2011-12-31T10:00:00.000Z',
    '2012-01-01T10:00:00.000Z',
  ])
})

test.each<[string, () => unknown, string]>([
  ['no time', () => dateRange('2020-01-01', undefined as never), 'end of dateRange'],
  ['no length', () => dateRange('2020-01-01', '2020-01-02', { every: 'daily' }), 'option every'],
  ['hours of dates', () => dateRange('2020-01-01', '2020-01-02', { every: '6h' }), 'whole number'],
  ['a zone of dates', () => dateRange('2020-01-01', '2020-01-02', { zone: 'UTC' }), 'not dates'],
  [
    'hours in a zone',
    () => dateRange('2020-01-01', '2020-01-02', { every: '6h', zone: 'UTC', dtype: 'timestamp[us]' }),
    'whole days',
  ],
])('%s is refused where it is written', (_, make, message) => {
  expect(make).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
  )
})
