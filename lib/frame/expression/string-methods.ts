import type { NullableAs } from '../schema-types.js'
import type { Expr } from './expr.js'
import type { Mode } from './operand-types.js'

/** Operations on text. Lengths and positions count code points; null stays null. */
export interface StringMethods<C, M extends Mode> {
  /**
   * Contains the text, literally (no pattern). pandas: `s.str.contains(text, regex=False)`.
   *
   * @example df.filter(df.Path.str.contains('/api/'))
   */
  contains(text: string): Expr<NullableAs<'bool', C>, M>

  /**
   * Starts with the text. pandas: `s.str.startswith(text)`.
   *
   * @example df.filter(df.Path.str.startsWith('/api/'))
   */
  startsWith(text: string): Expr<NullableAs<'bool', C>, M>

  /**
   * Ends with the text. pandas: `s.str.endswith(text)`.
   *
   * @example df.filter(df.File.str.endsWith('.csv'))
   */
  endsWith(text: string): Expr<NullableAs<'bool', C>, M>

  /**
   * Number of code points (not of UTF-16 units, as in JavaScript). pandas: `s.str.len()`.
   *
   * @example df.filter(df.Name.str.length().gt(10))
   */
  length(): Expr<NullableAs<'int64', C>, M>

  /**
   * Number of UTF-8 bytes. Polars: `str.len_bytes()`.
   *
   * @example df.agg((c) => ({ bytes: c.Name.str.byteLength().sum() }))
   */
  byteLength(): Expr<NullableAs<'int64', C>, M>

  /**
   * In lower case, by Unicode's simple mapping. pandas: `s.str.lower()`.
   *
   * @example df.groupBy('Host').agg((c) => ({ first: c.Path.str.toLower().min() }))
   */
  toLower(): Expr<NullableAs<'utf8', C>, M>

  /**
   * In upper case, by Unicode's simple mapping. pandas: `s.str.upper()`.
   *
   * @example df.withColumns((c) => ({ Ticker: c.Ticker.str.toUpper() }))
   */
  toUpper(): Expr<NullableAs<'utf8', C>, M>

  /**
   * Without white space at both ends. pandas: `s.str.strip()`.
   *
   * @example df.withColumns((c) => ({ Name: c.Name.str.trim() }))
   */
  trim(): Expr<NullableAs<'utf8', C>, M>

  /**
   * Without white space at the start. pandas: `s.str.lstrip()`.
   *
   * @example df.withColumns((c) => ({ Name: c.Name.str.trimStart() }))
   */
  trimStart(): Expr<NullableAs<'utf8', C>, M>

  /**
   * Without white space at the end. pandas: `s.str.rstrip()`.
   *
   * @example df.withColumns((c) => ({ Name: c.Name.str.trimEnd() }))
   */
  trimEnd(): Expr<NullableAs<'utf8', C>, M>

  /**
   * `length` code points from `start` (counted from the end when negative), or all the rest. pandas:
   * `s.str.slice(start, start + length)`.
   *
   * @example df.withColumns((c) => ({ prefix: c.File.str.slice(0, 4) }))
   * @throws ERR_INVALID_ARGUMENT unless they are whole numbers and the length is not negative
   */
  slice(start: number, length?: number): Expr<NullableAs<'utf8', C>, M>
}
