import type { IsNullable, NullableAs, TextType } from '../schema-types.js'
import type { Expr, Typed } from './expr.js'
import type { Mode, ModeOf, TypeOf } from './operand-types.js'
import type { PatternMethods } from './pattern-methods.js'

export interface ParseNumberOptions {
  /** Texts that are no number are an error (default), or else null. */
  readonly strict?: boolean
}

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
export interface StringMethods<C, M extends Mode> extends PatternMethods<C, M> {
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
   * Without white space, or the given characters, at both ends. pandas: `s.str.strip('xy')`.
   *
   * @example df.withColumns((c) => ({ Name: c.Name.str.trim() }))
   * @throws ERR_INVALID_ARGUMENT for no characters
   */
  trim(characters?: string): Expr<NullableAs<'utf8', C>, M>

  /**
   * Without white space, or the given characters, at the start. pandas: `s.str.lstrip()`.
   *
   * @example df.withColumns((c) => ({ id: c.Name.str.trimStart('0') }))
   * @throws ERR_INVALID_ARGUMENT for no characters
   */
  trimStart(characters?: string): Expr<NullableAs<'utf8', C>, M>

  /**
   * Without white space, or the given characters, at the end. pandas: `s.str.rstrip()`.
   *
   * @example df.withColumns((c) => ({ folder: c.Path.str.trimEnd('/') }))
   * @throws ERR_INVALID_ARGUMENT for no characters
   */
  trimEnd(characters?: string): Expr<NullableAs<'utf8', C>, M>

  /**
   * Filled at the start up to so many code points. pandas: `s.str.rjust(width)`, `s.str.zfill(width)`.
   *
   * @example df.withColumns((c) => ({ code: c.Name.str.padStart(8, '0') }))
   * @throws ERR_INVALID_ARGUMENT unless the width is a whole number up to 1,048,576 and there is a text to fill with
   */
  padStart(width: number, fill?: string): Expr<NullableAs<'utf8', C>, M>

  /**
   * Filled at the end up to so many code points. pandas: `s.str.ljust(width)`.
   *
   * @example df.withColumns((c) => ({ Name: c.Name.str.padEnd(20, '.') }))
   * @throws ERR_INVALID_ARGUMENT unless the width is a whole number up to 1,048,576 and there is a text to fill with
   */
  padEnd(width: number, fill?: string): Expr<NullableAs<'utf8', C>, M>

  /**
   * The code points from the last to the first. pandas: `s.str[::-1]`; Polars: `str.reverse()`.
   *
   * @example df.withColumns((c) => ({ reversed: c.File.str.reverse() })).sortBy('reversed')
   */
  reverse(): Expr<NullableAs<'utf8', C>, M>

  /**
   * The text so many times. pandas: `s.str.repeat(n)`.
   *
   * @example df.withColumns((c) => ({ twice: c.Name.str.repeat(2) }))
   * @throws ERR_INVALID_ARGUMENT unless it is a whole number up to 1,048,576
   */
  repeat(times: number): Expr<NullableAs<'utf8', C>, M>

  /**
   * Where the text occurs first, in code points from 0; null where it does not. pandas: `s.str.find(text)`, which is -1;
   * Polars: `str.find(text, literal=True)`.
   *
   * @example df.filter(df.Path.str.find('?').gt(10))
   */
  find(text: string): Expr<'int64?', M>

  /**
   * How many characters to insert, delete or replace to get from one text to the other. O(length * length), for texts
   * where one has up to 64 characters O(length). Polars (plugin `polars_ds`): `str_leven`; DuckDB: `levenshtein`.
   *
   * @example df.filter(df.Name.str.levenshtein('Rome').le(2))
   * @throws ERR_TYPE unless the other one is text too
   */
  levenshtein<const O extends string | Typed<TextType, Mode>>(
    other: O,
  ): Expr<
    IsNullable<C> | (O extends string ? false : IsNullable<TypeOf<O>>) extends false ? 'int64' : 'int64?',
    M | ModeOf<O>
  >

  /**
   * In a normal form of Unicode: characters that look the same become the same bytes. JavaScript computes it, in workers,
   * as patterns are. pandas: `s.str.normalize('NFC')`; Polars: `str.normalize`.
   *
   * @example df.withColumns((c) => ({ Name: c.Name.str.normalize('NFKC') }))
   * @throws ERR_INVALID_ARGUMENT for an unknown form
   */
  normalize(form?: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Expr<NullableAs<'utf8', C>, M>

  /**
   * The number that the whole text says, as float64. pandas: `pd.to_numeric(s)`, with `errors='coerce'` for
   * `strict: false`; Polars: `cast(pl.Float64, strict=False)`.
   *
   * @example df.withColumns((c) => ({ price: c.Name.str.toNumber({ strict: false }) }))
   * @throws ERR_CAST when it runs, which names the first text that is none
   */
  toNumber<const O extends ParseNumberOptions = ParseNumberOptions>(
    options?: O,
  ): Expr<Parsed<'float64', C, O>, M>

  /**
   * The whole number that the whole text says, as int64. Polars: `str.to_integer(strict=False)`.
   *
   * @example df.withColumns((c) => ({ id: c.Name.str.toInteger({ strict: false }) }))
   * @throws ERR_CAST when it runs, which names the first text that is none
   */
  toInteger<const O extends ParseNumberOptions = ParseNumberOptions>(
    options?: O,
  ): Expr<Parsed<'int64', C, O>, M>

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
