/**
 * Writers of CSV cells into a byte buffer. Each takes the position to write at and returns the position after the cell;
 * a string per cell would make the generators ten times slower than the disk.
 */

const ZERO = 48
const MINUS = 45
const POINT = 46

/** ASCII of 00..99, so that two digits cost one division. */
const PAIRS = Uint8Array.from({ length: 200 }, (_, i) => {
  const pair = i >> 1
  return ZERO + (i % 2 === 0 ? Math.floor(pair / 10) : pair % 10)
})

/**
 * @param {Uint8Array} buffer
 * @param {number} at
 * @param {Uint8Array} bytes
 */
export function writeBytes(buffer, at, bytes) {
  const length = bytes.length
  for (let i = 0; i < length; i++) buffer[at + i] = bytes[i]
  return at + length
}

/**
 * @param {Uint8Array} buffer
 * @param {number} at
 * @param {number} value an integer in [0, 2^31)
 */
export function writeInteger(buffer, at, value) {
  let end = at + digitsOf(value)
  const next = end
  let rest = value
  while (rest >= 10) {
    const quotient = (rest / 100) | 0
    const pair = (rest - quotient * 100) << 1
    buffer[--end] = PAIRS[pair + 1]
    buffer[--end] = PAIRS[pair]
    rest = quotient
    if (end === at) return next
  }
  if (end > at) buffer[at] = ZERO + rest
  return next
}

/** @param {number} value an integer in [0, 2^31) */
function digitsOf(value) {
  if (value < 10000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < 100000000) return value < 1000000 ? (value < 100000 ? 5 : 6) : value < 10000000 ? 7 : 8
  return value < 1000000000 ? 9 : 10
}

/**
 * A decimal number with six digits after the point.
 *
 * @param {Uint8Array} buffer
 * @param {number} at
 * @param {number} millionths the number times 1e6, an integer in (-2^31, 2^31)
 */
export function writeMillionths(buffer, at, millionths) {
  let position = at
  let rest = millionths | 0
  if (rest < 0) {
    buffer[position++] = MINUS
    rest = -rest
  }
  const whole = (rest / 1000000) | 0
  position = writeInteger(buffer, position, whole)
  buffer[position] = POINT
  const fraction = rest - whole * 1000000
  const head = (fraction / 10000) | 0
  const tail = fraction - head * 10000
  const middle = (tail / 100) | 0
  writePair(buffer, position + 1, head)
  writePair(buffer, position + 3, middle)
  writePair(buffer, position + 5, tail - middle * 100)
  return position + 7
}

/**
 * @param {Uint8Array} buffer
 * @param {number} at
 * @param {number} value an integer in [0, 100)
 */
function writePair(buffer, at, value) {
  buffer[at] = PAIRS[value << 1]
  buffer[at + 1] = PAIRS[(value << 1) + 1]
}
