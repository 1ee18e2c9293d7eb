import { expect, test } from 'vitest'
import { dataType, dtypeNames, integerRange, parseType, typeText } from '../../dist/core/dtypes.js'
import { Schema } from '../../dist/core/schema.js'

test('every dtype reads back from its text, nullable or not', () => {
  for (const name of dtypeNames) {
    expect(parseType(name, 'x')).toBe(dataType(name, false))
    expect(parseType(`${name}?`, 'x')).toBe(dataType(name, true))
    expect(typeText(parseType(`${name}?`, 'x'))).toBe(`${name}?`)
  }
})

test.each([
  ['flaot64', '"float64"'],
  ['string', '"utf8"'],
  ['number', '"float64"'],
  ['datetime', '"timestamp[us]"'],
])('the unknown dtype %s is answered with %s', (text, meant) => {
  expect(() => parseType(text, 'x')).toThrow(expect.objectContaining({ hint: `did you mean ${meant}?` }))
})

test.each(['__proto__', 'constructor', '', '?', 'float64??'])('%j is no dtype', text => {
  expect(() => parseType(text, 'x')).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
})

test('integer ranges are those of the machine types', () => {
  expect(integerRange('int8')).toEqual([-128n, 127n])
  expect(integerRange('uint16')).toEqual([0n, 65535n])
  expect(integerRange('int64')).toEqual([-(2n ** 63n), 2n ** 63n - 1n])
})

test('names of a schema are data, whatever they are', () => {
  const names = ['__proto__', 'constructor', 'then', '', 'a b', '0']
  const schema = new Schema(names.map(name => ({ name, type: dataType('int64', false) })))
  expect(schema.names).toEqual(names)
  expect(Object.keys(schema.toObject()).sort()).toEqual([...names].sort())
  expect(Object.getPrototypeOf(schema.toObject())).toBe(Object.prototype)
  expect(schema.indexOf('toString')).toBe(-1)
  expect(schema.has('hasOwnProperty')).toBe(false)
})

test('a schema refuses two columns of one name', () => {
  const field = { name: 'a', type: dataType('int64', false) }
  expect(() => new Schema([field, field])).toThrow(
    expect.objectContaining({ code: 'ERR_DUPLICATE_COLUMN', column: 'a' }),
  )
})

test('an unknown column is answered with the nearest', () => {
  const schema = new Schema([{ name: 'Close', type: dataType('float64', false) }])
  expect(() => schema.field('close')).toThrow(
    expect.objectContaining({ code: 'ERR_COLUMN_NOT_FOUND', column: 'close', hint: 'did you mean "Close"?' }),
  )
  expect(() => schema.field(3)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
})
