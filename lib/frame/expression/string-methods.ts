import type { NullableAs } from '../schema-types.js'
import type { Expr } from './expr.js'
import type { Mode } from './operand-types.js'

export interface ParseTimeOptions {
  /** Texts of another form are an error (default), or else null. */
  readonly strict?: boolean
}

export interface ParseTimestampOptions extends ParseTimeOptions {
  /** The unit of the result; finer digits are cut off. Default `us`. */
  readonly unit?: 'ms' | 'us' | 'ns'
}

type Parsed<T extends string, C, O> = O extends { readonly strict: true }
  ? NullableAs<T, C>
  : O extends { readonly strict: boolean }
    ? `${T}?`
    : NullableAs<T, C>

type UnitOf<O> = O extends { readonly unit: infer U extends 'ms' | 'us' | 'ns' } ? U : 'us'

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

  /**
   * The date that the whole text says, by a pattern of `dt.format`'s fields, or in ISO form. A month or day that the
   * pattern leaves out is the first; numbers may have fewer digits. pandas: `pd.to_datetime(s, format=...)`, with
   * `errors='coerce'` for `strict: false`; Polars: `str.to_date`.
   *
   * @example df.withColumns((c) => ({ day: c.Name.str.toDate('%d.%m.%Y', { strict: false }) }))
   * @throws ERR_INVALID_ARGUMENT for an unknown field; when it runs, ERR_CAST names the first text that is no such date
   */
  toDate<const O extends ParseTimeOptions = ParseTimeOptions>(
    format?: string,
    options?: O,
  ): Expr<Parsed<'date', C, O>, M>

  /**
   * The timestamp that the whole text says, by a pattern of `dt.format`'s fields, or in ISO form; UTC unless %z says an
   * offset. pandas: `pd.to_datetime(s, format=...)`; Polars: `str.to_datetime`.
   *
   * @example df.withColumns((c) => ({ at: c.Name.str.toTimestamp('%d/%m/%Y %H:%M', { strict: false }) }))
   * @throws ERR_INVALID_ARGUMENT for an unknown field; when it runs, ERR_CAST names the first text that is no such time
   */
  toTimestamp<const O extends ParseTimestampOptions = ParseTimestampOptions>(
    format?: string,
    options?: O,
  ): Expr<Parsed<`timestamp[${UnitOf<O>}]`, C, O>, M>
}
