import { expect, test } from 'vitest'
import { closest, editDistance, listed, suggestion } from '../../dist/core/did-you-mean.js'

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'abd', 1],
  ['abc', 'acb', 1],
  ['abc', 'ab', 1],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
])('%s and %s are %i edits apart', (a, b, distance) => {
  expect(editDistance(a, b, 10)).toBe(distance)
  expect(editDistance(b, a, 10)).toBe(distance)
})

test('the distance stops at the limit', () => {
  expect(editDistance('aaaaaaaa', 'bbbbbbbb', 3)).toBe(3)
})

test.each([
  ['Clsoe', 'Close'],
  ['close', 'Close'],
  ['adj_close', 'Adj Close'],
  ['Volum', 'Volume'],
  ['xyz', undefined],
  ['', undefined],
])('%j most likely means %j', (name, expected) => {
  expect(closest(name, ['Open', 'Close', 'Adj Close', 'Volume'])).toBe(expected)
})

test('without a near name the suggestion lists what there is', () => {
  expect(suggestion('zzz', ['a', 'b'])).toBe('there is "a", "b"')
  expect(suggestion('zzz', [])).toBe('there are none')
})

test('long lists are cut', () => {
  expect(listed(Array.from({ length: 12 }, (_, i) => `c${i}`))).toContain('and 2 more')
})

test('a name of a million characters costs nothing', () => {
  expect(closest('x'.repeat(1e6), ['Open'])).toBeUndefined()
})
