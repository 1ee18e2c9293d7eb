import { describe, expect, test } from 'vitest'
import { evaluate, runProgram } from './run-program.js'

const answer = { keys: ['a', 'b'], values: [[1, 2.5]] }

function difference(actual: object): unknown {
  return evaluate(`
    const { difference } = await import(bench + 'harness/answers.mjs')
    const wrong = difference(${JSON.stringify(answer)}, ${JSON.stringify(actual)})
    console.log(JSON.stringify(wrong ?? null))`)
}

describe('the comparison of answers', () => {
  test('takes sums in another order for the same', () => {
    expect(difference({ ...answer, values: [[1, 2.5000000000000004]] })).toBeNull()
  })

  test('names the first wrong number, a wrong key and a missing row', () => {
    expect(difference({ ...answer, values: [[1, 2.50001]] })).toBe('2.50001 instead of 2.5 in value 1 of "b"')
    expect(difference({ ...answer, keys: ['a', 'c'] })).toBe('key "c" where "b" belongs')
    expect(difference({ keys: ['a'], values: [[1]] })).toBe('1 rows instead of 2')
    expect(difference({ ...answer, values: [[1, null]] })).toBe('null instead of 2.5 in value 1 of "b"')
  })
})

test('of what a contender printed, the line that says what is wrong is kept, without the places of this machine', () => {
  const reason = (text: string) =>
    evaluate(`
      const { firstError } = await import(bench + 'harness/processes.mjs')
      console.log(JSON.stringify(firstError(${JSON.stringify(text)})))`)
  const python =
    'Traceback (most recent call last):\n  File "/somewhere/a.py", line 1\n    x\n    ^\npandas.errors.ParserError: Error tokenizing data\nin two lines\n'
  expect(reason(python)).toBe('pandas.errors.ParserError: Error tokenizing data')
  expect(reason('warning\nTypeError: x is no function\n    at f (/somewhere/a.mjs:1:2)\n')).toBe(
    'TypeError: x is no function',
  )
})

describe('the command lines', () => {
  test.each([
    [['--scale', 'huge'], '--scale is small or full, not huge'],
    [['nothing'], 'there is no job nothing'],
    [['--peers', 'excel'], 'there is no peer excel'],
    [['--runs', '0'], '--runs takes a positive integer, not 0'],
    [['--write', '--scale', 'small'], '--write is for --scale full'],
  ])('of the benchmarks: %j is refused with the reason', (args, reason) => {
    const { status, stderr } = runProgram('run.mjs', args)
    expect(status).toBe(1)
    expect(stderr).toContain(reason)
  })

  test.each([
    [['--rows', 'many'], '--rows takes a positive integer, not many'],
    [['--above', 'x'], '--above takes a number, not x'],
    [['a.csv', 'b.csv'], 'One file at a time, not 2'],
    [['a.csv', '--rows', '5'], '--rows is for the file that the demo writes'],
    [['--colour'], "Unknown option '--colour'"],
  ])('of the demo: %j is refused with the reason', (args, reason) => {
    const { status, stderr } = runProgram('demo.mjs', args)
    expect(status).toBe(1)
    expect(stderr).toContain(reason)
  })
})
