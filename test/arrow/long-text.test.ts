// Batches of text that 32-bit positions could not tell apart, without the gigabytes.
import { expect, test } from 'vitest'
import { ArrowWriter } from '../../dist/arrow/write-arrow.js'

const rowsOfBatches = (lengths: number[], batchRows: number): number[] => {
  const offsets = new Float64Array(lengths.length + 1)
  for (const [i, length] of lengths.entries()) offsets[i + 1] = (offsets[i] as number) + length
  const column = {
    name: 't',
    dtype: 'utf8' as const,
    nullCount: 0,
    validity: null,
    values: null,
    bytes: new Uint8Array(0),
    offsets,
    codes: null,
    categories: null,
  }
  const writer = new ArrowWriter([{ name: 't', dtype: 'utf8', nullable: false }], 'stream')
  writer.head()
  // After its length and metadata, a batch has the positions of its texts, one more than rows.
  return [...writer.batches([column], lengths.length, batchRows)].map(
    parts => (parts[2] as Uint8Array).length / 4 - 1,
  )
}

test.each<[number[], number, number[]]>([
  [[1, 2, 3], 100, [3]],
  [[1, 2, 3], 2, [2, 1]],
  [[1.5e9, 1.5e9, 1], 100, [1, 2]],
  [[1e9, 1e9, 1e9, 1e9, 1e9], 100, [2, 2, 1]],
  [[2 ** 31 - 1, 1, 2 ** 31 - 2, 1], 100, [1, 2, 1]],
  [Array.from({ length: 50 }, () => 1e8), 100, [21, 21, 8]],
])('texts of %j bytes, %i rows at most, are batches of %j rows', (lengths, batchRows, expected) => {
  expect(rowsOfBatches(lengths, batchRows)).toEqual(expected)
})
