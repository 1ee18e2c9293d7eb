import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const codesIn = (path: string): string[] => {
  const text = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  return [...new Set([...text.matchAll(/['"](ERR_[A-Z0-9_]+)['"]/g)].map(match => match[1]!))].sort()
}

// Errors that only the TypeScript can raise.
const facadeOnly = [
  'ERR_BUFFER_DETACHED',
  'ERR_EXPR_COERCED',
  'ERR_INT64_UNSAFE',
  'ERR_NATIVE_LOAD',
  'ERR_NOT_SERIALIZABLE',
  'ERR_NOT_SHAREABLE',
  'ERR_TIMEOUT',
  'ERR_NOT_OWNER',
  'ERR_DEADLOCK',
  'ERR_MAIN_THREAD',
  'ERR_INVALID_STATE',
  'ERR_QUEUE_FULL',
  'ERR_QUEUE_EMPTY',
  'ERR_QUEUE_CLOSED',
  'ERR_END_OF_PIPE',
  'ERR_BUFFER_TOO_SHORT',
  'ERR_BARRIER_BROKEN',
  'ERR_UNKNOWN_METHOD',
  'ERR_UNKNOWN_OPTION',
]

test('the error codes of the engine and of the TypeScript are one closed set', () => {
  const engine = codesIn('native/base/status.cc')
  expect(engine).toContain('ERR_INTERNAL')
  expect(codesIn('lib/core/error-codes.ts')).toEqual([...engine, ...facadeOnly].sort())
})
