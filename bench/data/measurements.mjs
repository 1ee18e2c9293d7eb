import { writeCsvFile } from './csv-file.mjs'
import { writeBytes } from './csv-text.mjs'
import { Random } from './random.mjs'

const COMMA = 44
const STATIONS = 413
const MAX_ROW_BYTES = 32
const CONSONANTS = 'bcdfghjklmnprstvz'
const VOWELS = 'aeiou'

/**
 * Weather stations: 413 names of 4 to 17 letters and a temperature with one decimal from -30.0 to 99.9, the shape of
 * the "one billion row challenge".
 *
 * @param {string} path
 * @param {number} rows
 */
export function writeMeasurements(path, rows) {
  const random = new Random(1_000_000_000)
  const stations = stationNames(random)
  const temperatures = Array.from({ length: 1300 }, (_, i) => Buffer.from(`${((i - 300) / 10).toFixed(1)}\n`))
  return writeCsvFile(path, 'station,temperature', rows, MAX_ROW_BYTES, (buffer, start) => {
    const at = writeBytes(buffer, start, stations[random.below(STATIONS)])
    buffer[at] = COMMA
    return writeBytes(buffer, at + 1, temperatures[random.below(1300)])
  })
}

/** @param {Random} random */
export function stationNames(random) {
  const names = new Set()
  while (names.size < STATIONS) {
    // The lower of two draws: short names are the more frequent ones, as on a map.
    const letters = 4 + Math.min(random.below(14), random.below(38))
    let name = ''
    while (name.length < letters) {
      const alphabet = name.length % 2 === 0 ? CONSONANTS : VOWELS
      name += alphabet[random.below(alphabet.length)]
    }
    names.add(name[0].toUpperCase() + name.slice(1))
  }
  return [...names].map(name => Buffer.from(name, 'latin1'))
}
