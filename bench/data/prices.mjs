import { writeCsvFile } from './csv-file.mjs'
import { writeBytes, writeInteger, writeMillionths } from './csv-text.mjs'
import { isoDays, writeDay } from './days.mjs'
import { Random } from './random.mjs'

const COMMA = 44
const NEWLINE = 10
const DAYS = 20_000
const TICKERS = 500
const MAX_ROW_BYTES = 128

export const PRICES_HEADER = 'Date,Ticker,Open,High,Low,Close,Adj Close,Volume'

/**
 * Daily share prices: 20,000 days and 500 tickers in random order, so that no contender gains from runs of equal keys;
 * prices below 150 with six decimals; one Close in 1,000 is zero or negative.
 *
 * @param {string} path
 * @param {number} rows
 */
export function writePrices(path, rows) {
  const random = new Random(20_100_629)
  const days = isoDays(DAYS)
  const tickers = tickerNames(random)
  return writeCsvFile(path, PRICES_HEADER, rows, MAX_ROW_BYTES, (buffer, start) => {
    let at = writeDay(buffer, start, days, random.below(DAYS))
    buffer[at++] = COMMA
    at = writeBytes(buffer, at, tickers[random.below(TICKERS)])
    return writeQuote(buffer, at, random)
  })
}

/**
 * Writes `,Open,High,Low,Close,Adj Close,Volume` and the newline.
 *
 * @param {Uint8Array} buffer
 * @param {number} start
 * @param {Random} random
 */
export function writeQuote(buffer, start, random) {
  const open = 1_000_000 + random.below(139_000_000)
  const move = random.below(1_600_000) - 800_000
  const close = closingPrice(open + move, random)
  const high = Math.max(open, close) + random.below(500_000)
  const low = Math.min(open, close) - random.below(100_000)
  let at = start
  buffer[at++] = COMMA
  at = writeMillionths(buffer, at, open)
  buffer[at++] = COMMA
  at = writeMillionths(buffer, at, high)
  buffer[at++] = COMMA
  at = writeMillionths(buffer, at, low)
  buffer[at++] = COMMA
  at = writeMillionths(buffer, at, close)
  buffer[at++] = COMMA
  at = writeMillionths(buffer, at, Math.floor(close * 0.93))
  buffer[at++] = COMMA
  at = writeInteger(buffer, at, 1_000 + random.below(9_000_000))
  buffer[at++] = NEWLINE
  return at
}

/**
 * @param {number} price
 * @param {Random} random
 */
function closingPrice(price, random) {
  const lot = random.below(2_000)
  if (lot === 0) return 0
  if (lot === 1) return -price
  return price
}

/** @param {Random} random */
export function tickerNames(random) {
  const names = new Set()
  while (names.size < TICKERS) {
    const letters = 3 + random.below(2)
    let name = ''
    for (let i = 0; i < letters; i++) name += String.fromCharCode(65 + random.below(26))
    names.add(name)
  }
  return [...names].map(name => Buffer.from(name, 'latin1'))
}
