import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluate } from './run-program.js'

const query = {
  filter: { column: 'b', above: 0 },
  by: ['k'],
  aggregates: [
    { column: 'a', function: 'sum', as: 'sum' },
    { column: 'a', function: 'min', as: 'min' },
    { column: 'b', function: 'mean', as: 'mean' },
  ],
}
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-plain-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

function aggregated(text: string): Record<string, unknown> {
  const path = join(folder, 'rows.csv')
  writeFileSync(path, text)
  return evaluate(`
    const { aggregateFile } = await import(bench + 'peers/js.mjs')
    const columns = aggregateFile(${JSON.stringify(path)}, ${JSON.stringify(query)})
    const plain = Object.entries(columns).map(([name, values]) => [name, Array.from(values)])
    console.log(JSON.stringify(Object.fromEntries(plain)))`) as Record<string, unknown>
}

describe('the JavaScript written by hand', () => {
  test('filters, groups and aggregates', () => {
    expect(aggregated('k,a,b\nx,1,2\ny,5,1\nx,-3,4\nx,100,0\n')).toEqual({
      k: ['x', 'y'],
      sum: [-2, 5],
      min: [-3, 5],
      mean: [3, 1],
    })
  })

  test('reads quoted cells, another delimiter, CRLF, blank lines and a last row without newline', () => {
    expect(aggregated('"a";"b";c;k\r\n1;2;"p;\n""q""";x\r\n\r\n2.5;"4";r;"x"')).toEqual({
      k: ['x'],
      sum: [3.5],
      min: [1],
      mean: [3],
    })
  })

  test('gives no value to an empty cell', () => {
    expect(aggregated('k,a,b\nx,1,2\nx,,4\ny,7,\n')).toEqual({ k: ['x'], sum: [1], min: [1], mean: [3] })
  })

  test('finds every row of a file that is larger than its buffer', () => {
    const rows = 150_000
    const lines = Array.from({ length: rows }, (_, row) => `k${row % 7},${row},${row % 2 === 0 ? 1.25 : -1}`)
    const plain = aggregated(`k,a,b\n${lines.join('\n')}\n`)
    const quoted = aggregated(`k,a,b\n${lines.map(line => `"${line.replaceAll(',', '","')}"`).join('\n')}\n`)
    expect(quoted).toEqual(plain)
    const sums = plain.sum as number[]
    expect(sums).toHaveLength(7)
    expect(sums.reduce((total, sum) => total + sum)).toBe((rows / 2) * (rows / 2 - 1))
  })
})
