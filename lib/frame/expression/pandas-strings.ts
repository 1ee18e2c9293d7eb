// What people type behind `.str` who come from pandas, Polars or JavaScript itself. Each name throws and says what to
// write; none is in the types.
import { MillraceError } from '../../core/errors.js'

const names: Readonly<Record<string, string>> = {
  // pandas
  len: 'write str.length()',
  lower: 'write str.toLower()',
  upper: 'write str.toUpper()',
  strip: "write str.trim(), or str.trim('xy') for other characters",
  lstrip: 'write str.trimStart()',
  rstrip: 'write str.trimEnd()',
  startswith: "write str.startsWith('a')",
  endswith: "write str.endsWith('a')",
  match: 'write str.matches(/^a/)',
  fullmatch: 'write str.matches(/^a+$/)',
  pad: "write str.padStart(8) or str.padEnd(8, '.')",
  rjust: 'write str.padStart(8)',
  ljust: 'write str.padEnd(8)',
  zfill: "write str.padStart(8, '0')",
  get: "write str.split(',', 0) for a piece, str.slice(0, 1) for a character",
  cat: "write concatStr(c.a, c.b, { separator: '-' })",
  index: "write str.find('a'), which is null where there is none",
  rsplit: "write str.split(',', -1): negative indices count from the end",
  findall: 'write str.extract(/(a+)/) for the first one, str.count(/a+/g) for how many',
  extractall: 'write str.extract(/(a+)/) for the first one; for all of them mapBatches',
  removeprefix: "write str.replace(/^a/, '')",
  removesuffix: "write str.replace(/a$/, '')",
  slice_replace: 'write concatStr(c.a.str.slice(0, 2), other)',
  // Polars
  len_chars: 'write str.length()',
  len_bytes: 'write str.byteLength()',
  to_lowercase: 'write str.toLower()',
  to_uppercase: 'write str.toUpper()',
  strip_chars: 'write str.trim()',
  strip_chars_start: 'write str.trimStart()',
  strip_chars_end: 'write str.trimEnd()',
  strip_prefix: "write str.replace(/^a/, '')",
  strip_suffix: "write str.replace(/a$/, '')",
  starts_with: "write str.startsWith('a')",
  ends_with: "write str.endsWith('a')",
  pad_start: 'write str.padStart(8)',
  pad_end: 'write str.padEnd(8)',
  replace_all: "write str.replaceAll(/a/g, 'b')",
  count_matches: 'write str.count(/a/g)',
  split_exact: "write str.split(',', 0), once for each piece",
  splitn: "write str.split(',', 0), once for each piece",
  to_integer: 'write str.toInteger()',
  to_decimal: 'write str.toNumber()',
  to_date: 'write str.toDate()',
  to_datetime: 'write str.toTimestamp()',
  // JavaScript
  toLowerCase: 'write str.toLower()',
  toUpperCase: 'write str.toUpper()',
  includes: "write str.contains('a')",
  indexOf: "write str.find('a'), which is null where there is none",
  search: "write str.find('a') for a text, str.matches(/a/) for a pattern",
  test: 'write str.matches(/a/)',
  matchAll: 'write str.extract(/(a+)/) for the first one, str.count(/a+/g) for how many',
  substring: 'write str.slice(start, length)',
  at: 'write str.slice(0, 1)',
  charAt: 'write str.slice(0, 1)',
  concat: 'write concatStr(c.a, c.b)',
}

/** Defines the teaching methods, not enumerable. */
export function definePandasStrings(prototype: object): void {
  for (const [name, hint] of Object.entries(names)) {
    const teach = () => {
      throw new MillraceError('ERR_UNKNOWN_METHOD', `.str has no ${name}()`, { hint })
    }
    Object.defineProperty(prototype, name, { value: teach, configurable: true })
  }
}
