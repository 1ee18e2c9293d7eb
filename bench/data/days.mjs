const DAY_MS = 86_400_000

/**
 * The ISO text of consecutive days from 1970-01-01 on, ten bytes each, in one array.
 *
 * @param {number} count
 */
export function isoDays(count) {
  const text = Buffer.allocUnsafe(count * 10)
  for (let day = 0; day < count; day++) {
    text.write(new Date(day * DAY_MS).toISOString().slice(0, 10), day * 10, 'latin1')
  }
  return text
}

/**
 * @param {Uint8Array} buffer
 * @param {number} at
 * @param {Uint8Array} days from `isoDays`
 * @param {number} day
 */
export function writeDay(buffer, at, days, day) {
  const start = day * 10
  for (let i = 0; i < 10; i++) buffer[at + i] = days[start + i]
  return at + 10
}
