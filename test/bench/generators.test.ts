import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluate } from './run-program.js'

const ROWS = 2_000
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-generators-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

function generate(module: string, writer: string): { text: string; bytes: number; checksum: string } {
  const path = join(folder, `${writer}.csv`)
  const report = evaluate(`
    const { ${writer} } = await import(bench + 'data/${module}.mjs')
    console.log(JSON.stringify(${writer}(${JSON.stringify(path)}, ${ROWS})))`) as {
    bytes: number
    checksum: string
  }
  return { ...report, text: readFileSync(path, 'utf8') }
}

describe('the generators', () => {
  test('write the same bytes on every machine', () => {
    expect({
      prices: generate('prices', 'writePrices').checksum,
      measurements: generate('measurements', 'writeMeasurements').checksum,
      g1: generate('g1', 'writeG1').checksum,
      quoted: generate('quoted', 'writeQuoted').checksum,
    }).toEqual({ prices: 'af51dcab', measurements: '71ba01a6', g1: '73c6e53b', quoted: 'f57d48cc' })
  })

  test('write prices of which one close in about a thousand is not positive', () => {
    const { text, bytes } = generate('prices', 'writePrices')
    expect(bytes).toBe(Buffer.byteLength(text))
    const [header, ...rows] = text.trimEnd().split('\n')
    expect(header).toBe('Date,Ticker,Open,High,Low,Close,Adj Close,Volume')
    expect(rows).toHaveLength(ROWS)
    const decimal = String.raw`-?\d{1,3}\.\d{6}`
    const shape = new RegExp(String.raw`^\d{4}-\d\d-\d\d,[A-Z]{3,4}(,${decimal}){5},\d{4,7}$`)
    expect(rows.filter(row => !shape.test(row))).toEqual([])
    const notPositive = rows.filter(row => !(Number(row.split(',')[5]) > 0)).length
    expect(notPositive).toBeGreaterThan(0)
    expect(notPositive).toBeLessThan(ROWS / 200)
  })

  test('write temperatures with one decimal and names of 4 to 17 letters', () => {
    const rows = generate('measurements', 'writeMeasurements').text.trimEnd().split('\n').slice(1)
    expect(rows.filter(row => !/^[A-Z][a-z]{3,16},-?\d{1,2}\.\d$/.test(row))).toEqual([])
    const temperatures = rows.map(row => Number(row.split(',')[1]))
    expect(Math.min(...temperatures)).toBeGreaterThanOrEqual(-30)
    expect(Math.max(...temperatures)).toBeLessThanOrEqual(99.9)
  })

  test('write the columns of db-benchmark in their ranges', () => {
    const rows = generate('g1', 'writeG1').text.trimEnd().split('\n').slice(1)
    const shape = /^id\d{3},id\d{3},id\d{10},\d{1,3},\d{1,3},\d{1,2},[1-5],(\d|1[0-5]),\d{1,2}\.\d{6}$/
    expect(rows.filter(row => !shape.test(row))).toEqual([])
    const smallGroups = new Set(rows.map(row => row.split(',')[2]))
    expect(smallGroups.size).toBe(ROWS / 100)
    expect([...smallGroups].sort().at(-1)).toBe('id0000000020')
  })

  test('quote two cells of ten, with delimiters, quotes and newlines inside', () => {
    const { text } = generate('quoted', 'writeQuoted')
    const cells = text.match(/"(?:[^"]|"")*"/g) ?? []
    expect(cells).toHaveLength(2 * ROWS)
    for (const special of [',', '""', '\n']) {
      expect(cells.filter(cell => cell.includes(special)).length).toBeGreaterThan(ROWS / 10)
    }
  })
})
