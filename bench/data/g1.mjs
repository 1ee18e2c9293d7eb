import { writeCsvFile } from './csv-file.mjs'
import { writeBytes, writeInteger, writeMillionths } from './csv-text.mjs'
import { Random } from './random.mjs'

const COMMA = 44
const NEWLINE = 10
const GROUPS = 100
const MAX_ROW_BYTES = 96

/**
 * The table G1_1e7_1e2_0_0 of db-benchmark's groupby-datagen.R: N rows, K = 100 groups, no nulls, unsorted. id1 and id2
 * have K values, id3 N/K, id4 and id5 K, id6 N/K; v1 is 1..5, v2 1..15, v3 uniform in [0, 100) with six decimals.
 *
 * @param {string} path
 * @param {number} rows
 */
export function writeG1(path, rows) {
  const random = new Random(108)
  const manyGroups = Math.max(1, Math.floor(rows / GROUPS))
  const large = Array.from({ length: GROUPS }, (_, i) => Buffer.from(`id${String(i + 1).padStart(3, '0')},`))
  const small = Buffer.from('id0000000000,')
  return writeCsvFile(path, 'id1,id2,id3,id4,id5,id6,v1,v2,v3', rows, MAX_ROW_BYTES, (buffer, start) => {
    let at = writeBytes(buffer, start, large[random.below(GROUPS)])
    at = writeBytes(buffer, at, large[random.below(GROUPS)])
    at = writeSmallGroup(buffer, at, small, 1 + random.below(manyGroups))
    at = writeInteger(buffer, at, 1 + random.below(GROUPS))
    buffer[at++] = COMMA
    at = writeInteger(buffer, at, 1 + random.below(GROUPS))
    buffer[at++] = COMMA
    at = writeInteger(buffer, at, 1 + random.below(manyGroups))
    buffer[at++] = COMMA
    at = writeInteger(buffer, at, 1 + random.below(5))
    buffer[at++] = COMMA
    at = writeInteger(buffer, at, 1 + random.below(15))
    buffer[at++] = COMMA
    at = writeMillionths(buffer, at, random.below(100_000_000))
    buffer[at++] = NEWLINE
    return at
  })
}

/**
 * `id` and ten digits, with leading zeros.
 *
 * @param {Uint8Array} buffer
 * @param {number} at
 * @param {Uint8Array} template
 * @param {number} group
 */
function writeSmallGroup(buffer, at, template, group) {
  const end = writeBytes(buffer, at, template)
  let rest = group
  for (let position = end - 2; rest > 0; position--) {
    const quotient = (rest / 10) | 0
    buffer[position] = 48 + rest - quotient * 10
    rest = quotient
  }
  return end
}
