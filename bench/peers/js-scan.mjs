import { closeSync, openSync, readSync } from 'node:fs'

const DELIMITERS = [',', ';', '\t', '|']
const NEWLINE = 10
const CARRIAGE_RETURN = 13
const QUOTE = 34
const READ_BYTES = 1 << 20

/**
 * @callback OnRow
 * @param {Buffer} buffer
 * @param {Int32Array} bounds start and end of the wanted fields, in the order of the caller's list
 * @returns {void}
 */

/**
 * Calls `onRow` with the positions of the wanted fields of every row. A quoted field is given without its outer quotes;
 * doubled quotes inside are left as they are. Blank lines are left out.
 *
 * @param {string} path
 * @param {string[]} names the wanted columns, each once
 * @param {OnRow} onRow
 */
export function scanRows(path, names, onRow) {
  const file = openSync(path, 'r')
  try {
    // One byte more than is ever filled: the newline that ends a last row without one.
    let buffer = Buffer.allocUnsafe(READ_BYTES * 2 + 1)
    let filled = readSync(file, buffer, 0, READ_BYTES, null)
    const headerEnd = buffer.indexOf(NEWLINE)
    const header = readHeader(buffer.toString('utf8', 0, headerEnd))
    const layout = layoutOf(header, names)
    let at = headerEnd + 1
    for (;;) {
      at = scanBuffer(buffer, at, filled, layout, onRow)
      buffer.copyWithin(0, at, filled)
      filled -= at
      at = 0
      if (filled + READ_BYTES >= buffer.length)
        buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)])
      const read = readSync(file, buffer, filled, READ_BYTES, null)
      if (read === 0) break
      filled += read
    }
    if (filled > 0) {
      buffer[filled] = NEWLINE
      scanBuffer(buffer, 0, filled + 1, layout, onRow)
    }
  } finally {
    closeSync(file)
  }
}

/**
 * @typedef {object} Layout
 * @property {number} delimiter
 * @property {Int32Array} wanted by field, up to the last wanted one: its place in the caller's list, or -1
 */

/** @param {string} line */
function readHeader(line) {
  const text = line.replace(/^\uFEFF/, '').trimEnd()
  const count = (/** @type {string} */ delimiter) => text.split(delimiter).length
  const delimiter = DELIMITERS.reduce((best, candidate) =>
    count(candidate) > count(best) ? candidate : best,
  )
  return { delimiter, names: text.split(delimiter).map(name => name.replace(/^"(.*)"$/, '$1')) }
}

/**
 * @param {{ delimiter: string, names: string[] }} header
 * @param {string[]} names
 * @returns {Layout}
 */
function layoutOf(header, names) {
  const missing = names.find(name => !header.names.includes(name))
  if (missing !== undefined) throw new Error(`there is no column ${missing} in the header`)
  const last = Math.max(...names.map(name => header.names.indexOf(name)))
  const wanted = Int32Array.from(header.names.slice(0, last + 1), field => names.indexOf(field))
  return { delimiter: header.delimiter.charCodeAt(0), wanted }
}

/**
 * @param {Buffer} buffer
 * @param {number} begin
 * @param {number} filled
 * @param {Layout} layout
 * @param {OnRow} onRow
 * @returns {number} the position of the first row that is not complete
 */
function scanBuffer(buffer, begin, filled, layout, onRow) {
  const quote = buffer.indexOf(QUOTE, begin)
  if (quote >= 0 && quote < filled) return scanQuoted(buffer, begin, filled, layout, onRow)
  const end = buffer.lastIndexOf(NEWLINE, filled - 1) + 1
  if (end <= begin) return begin
  scanPlain(buffer, begin, end, layout, onRow)
  return end
}

/**
 * Whole rows without any quote.
 *
 * @param {Buffer} buffer
 * @param {number} begin
 * @param {number} end
 * @param {Layout} layout
 * @param {OnRow} onRow
 */
function scanPlain(buffer, begin, end, { delimiter, wanted }, onRow) {
  const bounds = new Int32Array(wanted.length * 2)
  const fields = wanted.length
  let at = begin
  while (at < end) {
    const row = at
    let field = 0
    for (; field < fields; field++) {
      const start = at
      let byte = buffer[at]
      while (byte > delimiter || (byte !== delimiter && byte !== NEWLINE)) byte = buffer[++at]
      const place = wanted[field]
      if (place >= 0) {
        bounds[place * 2] = start
        bounds[place * 2 + 1] = byte === NEWLINE ? withoutReturn(buffer, start, at) : at
      }
      if (byte === NEWLINE) break
      at++
    }
    if (field < fields - 1) clearAfter(bounds, wanted, field)
    while (buffer[at] !== NEWLINE) at++
    if (withoutReturn(buffer, row, at) > row) onRow(buffer, bounds)
    at++
  }
}

/**
 * The same for rows that may hold quoted fields.
 *
 * @param {Buffer} buffer
 * @param {number} begin
 * @param {number} end
 * @param {Layout} layout
 * @param {OnRow} onRow
 * @returns {number} the position of the first row that is not complete
 */
function scanQuoted(buffer, begin, end, { delimiter, wanted }, onRow) {
  const bounds = new Int32Array(wanted.length * 2)
  let row = begin
  let at = begin
  while (at < end) {
    let field = 0
    for (; at < end; field++) {
      const quoted = buffer[at] === QUOTE
      const start = quoted ? at + 1 : at
      const closed = quoted ? closingQuote(buffer, start, end) : at
      at = closed
      while (at < end && buffer[at] !== delimiter && buffer[at] !== NEWLINE) at++
      if (field < wanted.length && wanted[field] >= 0) {
        bounds[wanted[field] * 2] = start
        bounds[wanted[field] * 2 + 1] = quoted ? closed - 1 : withoutReturn(buffer, start, at)
      }
      if (buffer[at] === NEWLINE) break
      at++
    }
    if (at >= end) return row
    if (field < wanted.length - 1) clearAfter(bounds, wanted, field)
    if (withoutReturn(buffer, row, at) > row) onRow(buffer, bounds)
    row = ++at
  }
  return row
}

/**
 * @param {Buffer} buffer
 * @param {number} start
 * @param {number} end
 * @returns {number} the end without the carriage return of a line that ends in CRLF
 */
function withoutReturn(buffer, start, end) {
  return end > start && buffer[end - 1] === CARRIAGE_RETURN ? end - 1 : end
}

/**
 * Makes the fields that a short row lacks empty.
 *
 * @param {Int32Array} bounds
 * @param {Int32Array} wanted
 * @param {number} field the row's last
 */
function clearAfter(bounds, wanted, field) {
  for (const place of wanted.subarray(field + 1)) {
    if (place >= 0) bounds.fill(0, place * 2, place * 2 + 2)
  }
}

/**
 * @param {Buffer} buffer
 * @param {number} begin
 * @param {number} end
 * @returns {number} the position after the quote that closes the field, or `end`
 */
function closingQuote(buffer, begin, end) {
  for (let at = begin; at < end; at++) {
    if (buffer[at] !== QUOTE) continue
    if (at + 1 < end && buffer[at + 1] === QUOTE) at++
    else return at + 1
  }
  return end
}
