import { writeCsvFile } from './csv-file.mjs'
import { writeBytes } from './csv-text.mjs'
import { isoDays, writeDay } from './days.mjs'
import { tickerNames, writeQuote } from './prices.mjs'
import { Random } from './random.mjs'

const COMMA = 44
const DAYS = 20_000
const MAX_ROW_BYTES = 512
const COMPANIES = 500
const NOTES = 4_096
const WORDS = (
  'after before broad cash close day dividend earnings fell from gain guidance held higher index later loss lower ' +
  'margin market merger offer over profit quarter rally rate rose sales share split steady stock trade under volume week year'
).split(' ')

/**
 * The columns of `prices` with a company name and a note: two of the ten cells of a row are quoted, with commas, doubled
 * quotes and newlines inside.
 *
 * @param {string} path
 * @param {number} rows
 */
export function writeQuoted(path, rows) {
  const random = new Random(4_180)
  const days = isoDays(DAYS)
  const tickers = tickerNames(random)
  const companies = Array.from({ length: COMPANIES }, () => companyName(random))
  const notes = Array.from({ length: NOTES }, () => note(random))
  const header = 'Date,Ticker,Company,Note,Open,High,Low,Close,Adj Close,Volume'
  return writeCsvFile(path, header, rows, MAX_ROW_BYTES, (buffer, start) => {
    const company = random.below(COMPANIES)
    let at = writeDay(buffer, start, days, random.below(DAYS))
    buffer[at++] = COMMA
    at = writeBytes(buffer, at, tickers[company])
    buffer[at++] = COMMA
    at = writeBytes(buffer, at, companies[company])
    buffer[at++] = COMMA
    at = writeBytes(buffer, at, notes[random.below(NOTES)])
    return writeQuote(buffer, at, random)
  })
}

/** @param {Random} random */
function companyName(random) {
  const first = word(random)
  const name = `${first[0].toUpperCase()}${first.slice(1)} & ${word(random)}, Inc.`
  return quotedCell(random.below(4) === 0 ? `The "${first}" company, Ltd.` : name)
}

/** @param {Random} random */
function note(random) {
  let text = word(random)
  const words = 3 + random.below(8)
  for (let i = 0; i < words; i++) {
    const separator = [' ', ' ', ' ', ', ', ', ', '\n'][random.below(6)]
    text += separator + (random.below(6) === 0 ? `"${word(random)}"` : word(random))
  }
  return quotedCell(text)
}

/** @param {Random} random */
function word(random) {
  return WORDS[random.below(WORDS.length)]
}

/** @param {string} text */
function quotedCell(text) {
  return Buffer.from(`"${text.replaceAll('"', '""')}"`)
}
