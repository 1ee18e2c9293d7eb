import type { NullableAs } from '../schema-types.js'
import type { Expr } from './expr.js'
import type { Mode } from './operand-types.js'
import type { PatternOptions } from './patterns.js'

/**
 * Operations that look for something in text. Texts are looked for as they are, by the engine. Regular expressions are
 * JavaScript's own, with all that they can; they run in the workers of the process-wide pool, batch by batch, before the
 * steps that read their results, whose input is then held in memory. Where texts repeat, each is looked at once a batch.
 * A pattern that takes longer than `timeout` over a batch fails its query alone with ERR_PATTERN_TIMEOUT, and a pattern
 * that is a plain text (`/api/`, `/^\/api/`, `/\.csv$/`) runs in the engine. As in JavaScript, a pattern without the flag u or v
 * may match half of a character beyond U+FFFF; halves in a result become U+FFFD.
 */
export interface PatternMethods<C, M extends Mode> {
  /**
   * Contains the text, or what the pattern matches. pandas: `s.str.contains(text, regex=False)`.
   *
   * @example df.filter(df.Path.str.contains('/api/'))
   * @example df.filter(df.Path.str.contains(/\/api\/v[12]/i))
   * @throws ERR_INVALID_ARGUMENT, ERR_UNKNOWN_OPTION; when it runs, ERR_PATTERN_TIMEOUT
   */
  contains(text: string | RegExp, options?: PatternOptions): Expr<NullableAs<'bool', C>, M>

  /**
   * Whether the pattern matches somewhere; `^` and `$` say where. JavaScript: `pattern.test(text)`; pandas:
   * `s.str.contains(pattern)`.
   *
   * @example df.filter(df.Path.str.matches(/^\/user\/\d+$/))
   * @example df.filter(df.Path.str.matches(/(a|b)+c/, { timeout: 1_000 }))
   * @throws ERR_INVALID_ARGUMENT, ERR_UNKNOWN_OPTION; when it runs, ERR_PATTERN_TIMEOUT
   */
  matches(pattern: RegExp, options?: PatternOptions): Expr<NullableAs<'bool', C>, M>

  /**
   * What a group of the first match matched, by number (0 is the whole match) or name; null where there is no match or
   * the group has no part in it. pandas: `s.str.extract(pattern)`; Polars: `str.extract(pattern, 1)`.
   *
   * @example df.withColumns((c) => ({ version: c.Path.str.extract(/\/v(\d+)\//).str.toInteger() }))
   * @example df.withColumns((c) => ({ year: c.File.str.extract(/(?<year>\d{4})-(?<month>\d\d)/, 'year') }))
   * @throws ERR_INVALID_ARGUMENT for a group that the pattern has not; when it runs, ERR_PATTERN_TIMEOUT
   */
  extract(pattern: RegExp, group?: number | string, options?: PatternOptions): Expr<'utf8?', M>

  /**
   * With the first place of the text replaced, as it is; or what the pattern matches (all of it with the flag g), where
   * `$1`, `$<name>`, `$&` and `$$` mean what they do in JavaScript's `replace`. pandas: `s.str.replace(a, b, n=1)`; Polars:
   * `str.replace`.
   *
   * @example df.withColumns((c) => ({ Path: c.Path.str.replace('/api', '') }))
   * @example df.withColumns((c) => ({ Name: c.Name.str.replace(/(\w+), (\w+)/, '$2 $1') }))
   * @throws ERR_INVALID_ARGUMENT for an empty text or a function; when it runs, ERR_PATTERN_TIMEOUT
   */
  replace(
    text: string | RegExp,
    replacement: string,
    options?: PatternOptions,
  ): Expr<NullableAs<'utf8', C>, M>

  /**
   * With all places of the text, or all matches of a pattern with the flag g, replaced. JavaScript: `replaceAll`; pandas:
   * `s.str.replace(a, b)`; Polars: `str.replace_all`.
   *
   * @example df.withColumns((c) => ({ File: c.File.str.replaceAll(' ', '_') }))
   * @example df.withColumns((c) => ({ File: c.File.str.replaceAll(/\s+/g, '_') }))
   * @throws ERR_INVALID_ARGUMENT for an empty text, a function, or a pattern without g; when it runs, ERR_PATTERN_TIMEOUT
   */
  replaceAll(
    text: string | RegExp,
    replacement: string,
    options?: PatternOptions,
  ): Expr<NullableAs<'utf8', C>, M>

  /**
   * How often the text occurs, without overlaps, or how many matches a pattern with the flag g has. pandas:
   * `s.str.count(pattern)`; Polars: `str.count_matches`.
   *
   * @example df.withColumns((c) => ({ depth: c.Path.str.count('/') }))
   * @example df.withColumns((c) => ({ numbers: c.Path.str.count(/\d+/g) }))
   * @throws ERR_INVALID_ARGUMENT for an empty text or a pattern without g; when it runs, ERR_PATTERN_TIMEOUT
   */
  count(text: string | RegExp, options?: PatternOptions): Expr<NullableAs<'int64', C>, M>

  /**
   * The piece at `index` of the text cut at a separator, counted from the end when negative; null where there are fewer.
   * JavaScript: `text.split(separator).at(index)`; pandas: `s.str.split(sep).str.get(i)`; Polars: `str.split(sep).list.get(i)`.
   *
   * @example df.withColumns((c) => ({ ending: c.File.str.split('.', -1) }))
   * @example df.withColumns((c) => ({ first: c.Name.str.split(/[,;] ?/, 0) }))
   * @throws ERR_INVALID_ARGUMENT for an empty separator or no whole index; when it runs, ERR_PATTERN_TIMEOUT
   */
  split(separator: string | RegExp, index: number, options?: PatternOptions): Expr<'utf8?', M>
}
