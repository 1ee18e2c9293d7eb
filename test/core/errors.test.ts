import { expect, test } from 'vitest'
import { callSite, describe as describeValue, fromNative, invalidArgument } from '../../dist/core/errors.js'
import { errorCodes, MillraceError } from '../../dist/index.js'

test('an error carries its code and only the facts that apply', () => {
  const error = new MillraceError('ERR_CSV_TYPE', 'not a number', { file: 'a.csv', line: 3, text: 'x' })
  expect({ ...error }).toEqual({ code: 'ERR_CSV_TYPE', file: 'a.csv', line: 3, text: 'x' })
  expect(error).toBeInstanceOf(Error)
  expect(error.name).toBe('MillraceError')
  expect(String(error)).toBe('MillraceError: not a number')
})

test('the hint stands below the message', () => {
  const error = new MillraceError('ERR_TYPE', 'no', { hint: 'do this' })
  expect(error.message).toBe('no\n  hint: do this')
  expect(error.hint).toBe('do this')
})

test('the codes are a frozen list without repetitions', () => {
  expect(new Set(errorCodes).size).toBe(errorCodes.length)
  expect(Object.isFrozen(errorCodes)).toBe(true)
})

test.each([
  ['ten', "'ten' (string)"],
  [Number.NaN, 'NaN (number)'],
  [null, 'null'],
  [undefined, 'undefined'],
  [[1, 2, 3, 4, 5], '[ 1, 2, 3, ... 2 more items ]'],
  [function work() {}, 'function work'],
  [1n, '1n (bigint)'],
])('an argument error says what was received: %o', (value, text) => {
  expect(invalidArgument('a thing', 'x', value).message).toBe(`Expected a thing for x but received ${text}`)
})

test('a value whose inspection throws is still described', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('no')
      },
    },
  )
  expect(() => describeValue(hostile)).not.toThrow()
})

test('the stack of an error begins at the line outside the library', () => {
  const error = new MillraceError('ERR_TYPE', 'no')
  const [, first] = error.stack!.split('\n')
  expect(first).toContain('errors.test.ts')
})

test('an engine error keeps its facts and gets the stack of the call', () => {
  const site = callSiteOfHere()
  const raw = Object.assign(new Error('bad number'), {
    code: 'ERR_CSV_TYPE',
    file: 'f.csv',
    line: 9,
    offset: 120,
  })
  const error = fromNative(raw, site)
  expect(error).toBeInstanceOf(MillraceError)
  expect(error).toMatchObject({
    code: 'ERR_CSV_TYPE',
    file: 'f.csv',
    line: 9,
    offset: 120,
    message: 'bad number',
  })
  expect(error.stack).toMatch(/^MillraceError: bad number\n\s+at .*errors\.test\.ts/)
})

test('what the engine should never throw becomes ERR_INTERNAL with the cause', () => {
  const cause = new TypeError('odd')
  expect(fromNative(cause)).toMatchObject({ code: 'ERR_INTERNAL', cause })
  expect(fromNative('text')).toMatchObject({ code: 'ERR_INTERNAL', message: 'text' })
  expect(fromNative(null)).toMatchObject({ code: 'ERR_INTERNAL' })
})

function callSiteOfHere() {
  return callSite(callSiteOfHere)
}
