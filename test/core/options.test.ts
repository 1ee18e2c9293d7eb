import { expect, test } from 'vitest'
import {
  abortSignal,
  boolean,
  byteSize,
  callback,
  character,
  integer,
  number,
  oneOf,
  orNull,
  readOptions,
  text,
  texts,
} from '../../dist/core/options.js'

const read = (options: unknown) =>
  readOptions<{ threads: number; sort: boolean }>(options, 'run', { threads: integer(1), sort: boolean })

test('absent and undefined options stay absent', () => {
  expect(read(undefined)).toEqual({})
  expect(read({ threads: undefined })).toEqual({})
  expect(read({ threads: 2 })).toEqual({ threads: 2 })
})

test.each([null, 3, 'x', [1]])('%o is no options object', options => {
  expect(() => read(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
})

test('a misspelt option is named with what was meant', () => {
  expect(() => read({ threds: 2 })).toThrow(
    expect.objectContaining({ code: 'ERR_UNKNOWN_OPTION', hint: 'did you mean "threads"?' }),
  )
})

test.each(['__proto__', 'constructor', 'toString'])('%s is an unknown option like any other', name => {
  expect(() => read(JSON.parse(`{ "${name}": 1 }`))).toThrow(
    expect.objectContaining({ code: 'ERR_UNKNOWN_OPTION' }),
  )
})

test.each([
  ['512MB', 512e6],
  ['1.5 GiB', 1.5 * 2 ** 30],
  ['10kb', 10_000],
  ['7', 7],
  [4096, 4096],
])('%o is %i bytes', (value, bytes) => {
  expect(byteSize(value, 'x')).toBe(bytes)
})

test.each(['', 'MB', '1XB', '-1MB', 0, -1, 1.5, Number.NaN, null, '1e400TB', '0'])('%o is no size', value => {
  expect(() => byteSize(value, 'x')).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
})

test.each([
  [boolean, 1],
  [text, 1],
  [texts, ['a', 1]],
  [oneOf('a', 'b'), 'c'],
  [integer(1, 5), 6],
  [integer(1), 1.5],
  [number(0, 1), Number.NaN],
  [character, 'ab'],
  [character, 'é'],
  [character, '\n'],
  [callback, {}],
  [abortSignal, {}],
  [orNull(text), 1],
])('%o refuses %o by name', (reader, value) => {
  expect(() => reader(value, 'the thing')).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('the thing') }),
  )
})

test('orNull takes null', () => {
  expect(orNull(text)(null, 'x')).toBeNull()
})
