import type { InspectOptions, inspect } from 'node:util'
import type { DType } from '../../core/dtypes.js'
import type { QueryStats } from '../../core/executor.js'
import type { ArrayOf, DefaultReading, parametersOf, Reading, Value } from '../schema-types.js'
import type { ArrowOptions } from './arrow-bytes.js'
import type { CsvTextOptions } from './csv-text.js'

/** One column of a result. Immutable; its arrays are views of the engine's memory wherever the runtime allows that. */
export interface ColumnData<C = any, V extends Reading = DefaultReading> extends Iterable<Value<C, V>> {
  readonly name: string
  readonly dtype: DType
  readonly length: number
  readonly nullCount: number

  /**
   * The values without conversion: the typed array of the dtype (`date` days since 1970, timestamps ticks, `bool` 0 or
   * 1), or the strings. Under a null lies NaN in floats, 0 or '' elsewhere. No copy, but strings are decoded at the first
   * use and kept. pandas: `s.to_numpy()`.
   *
   * @example const opens: Float64Array = table.Open.values
   */
  readonly values: ArrayOf<C>

  /** One bit a row, least significant first, 1 for a value (Arrow's layout); null when no value is missing. */
  readonly validity: Uint8Array | null

  /** `dict` only: for each row the index into `categories`, -1 where there is no value. */
  readonly codes: Int32Array | null

  /** `dict` only: the distinct strings. */
  readonly categories: readonly string[] | null

  /** `utf8` only: the UTF-8 bytes of all strings, end to end. */
  readonly bytes: Uint8Array | null

  /** `utf8` only: length + 1 byte positions into `bytes`. */
  readonly offsets: Uint32Array | Float64Array | null

  /**
   * The value of a row, null where there is none; undefined outside. O(1). pandas: `s.iloc[i]`.
   *
   * @example table.Open.get(0)
   * @throws ERR_INT64_UNSAFE for an integer past 2^53 - 1; read with `compute({ int64: 'bigint' })`
   */
  get(row: number): Value<C, V> | undefined

  /**
   * Like `get`, counting from the end when negative. pandas: `s.iloc[-1]`.
   *
   * @example table.Open.at(-1)
   * @throws ERR_INT64_UNSAFE as `get` does
   */
  at(row: number): Value<C, V> | undefined

  /**
   * Whether the row has a value. pandas: `s.notna()`.
   *
   * @example table.Open.isValid(0)
   */
  isValid(row: number): boolean

  /**
   * All values as a JavaScript array, a new one each time. O(rows). pandas: `s.tolist()`.
   *
   * @example table.Date.toArray()
   * @throws ERR_INT64_UNSAFE as `get` does
   */
  toArray(): Value<C, V>[]

  /** The values, as `toArray`. Integers past 2^53 - 1 and bigints become text, dates ISO text: always valid JSON. */
  toJSON(): unknown[]
}

/** One row as a plain object. */
export type Row<S, V extends Reading = DefaultReading> = { [K in keyof S]: Value<S[K], V> }

/** What `this` of the methods must be: anything that carries the schema and the reading. */
export interface Tabled<in out S, in out V extends Reading> {
  /** Compile time only. */
  readonly [parametersOf]: (schema: S, reading: V) => [S, V]
}

/** What a table says about itself. */
export interface TableProperties<in out S, in out V extends Reading> extends Tabled<S, V> {
  /** Names of the columns, in order. */
  readonly columns: readonly (keyof S & string)[]

  /** Column names to dtypes, `?` where this result may have nulls. */
  readonly schema: Readonly<S>

  /** The rows as plain objects, as `toObjects`. */
  [Symbol.iterator](): IterableIterator<Row<S, V>>
}

/**
 * A computed result: immutable, in columns. Columns are properties: `table.Open`. Without a parameter for the reason
 * given at `FrameMethods`.
 */
export interface TableMethods {
  /** Number of rows. pandas: `len(df)`. */
  readonly length: number

  /** What the query did: rows scanned, bytes read, peak memory, threads. */
  readonly stats: QueryStats

  /**
   * A column by its name, whatever that is. pandas: `df['Adj Close']`.
   *
   * @example table.col('Adj Close').values
   * @throws ERR_COLUMN_NOT_FOUND with the nearest name
   */
  col<S, V extends Reading, const K extends keyof S & string>(
    this: Tabled<S, V>,
    name: K,
  ): ColumnData<S[K], V>

  /**
   * The rows as plain objects. O(rows x columns), the costliest way out: prefer `values` for large results.
   * pandas: `df.to_dict('records')`.
   *
   * @example table.toObjects() // [{ Date: 2010-06-29T00:00:00.000Z, Open: 19 }, ...]
   * @throws ERR_INT64_UNSAFE for integers past 2^53 - 1
   */
  toObjects<S, V extends Reading>(this: Tabled<S, V>): Row<S, V>[]

  /**
   * The rows one after the other, each a new plain object, made as it is asked for. `for (const row of table)` is the
   * same. pandas: `df.itertuples()`.
   *
   * @example for (const row of table.rows()) console.log(row.Open)
   * @throws ERR_INT64_UNSAFE for integers past 2^53 - 1
   */
  rows<S, V extends Reading>(this: Tabled<S, V>): IterableIterator<Row<S, V>>

  /**
   * The rows as objects that JSON can hold: dates are ISO text, integers past 2^53 - 1 and bigints decimal text, NaN and
   * infinities null. `JSON.stringify(table)` uses it. pandas: `df.to_json(orient='records')`.
   *
   * @example JSON.stringify(table)
   */
  toJSON(): Record<string, unknown>[]

  /**
   * The columns as JavaScript arrays by name. O(rows x columns). pandas: `df.to_dict('list')`.
   *
   * @example table.toColumns().Open
   * @throws ERR_INT64_UNSAFE for integers past 2^53 - 1
   */
  toColumns<S, V extends Reading>(this: Tabled<S, V>): { [K in keyof S]: Value<S[K], V>[] }

  /**
   * The rows as CSV text that `readCsv` reads back to the same values (times of the years 0 to 9999): a header, quotes where
   * needed, null as the empty field and the empty string as `""`. pandas: `df.to_csv(index=False)`.
   *
   * @example await writeFile('result.csv', table.toCsv())
   * @throws ERR_UNKNOWN_OPTION
   */
  toCsv(options?: CsvTextOptions): string

  /**
   * The table as Arrow IPC bytes, which pyarrow, Polars, DuckDB, apache-arrow and `fromArrow` read. O(bytes): one copy.
   * dict becomes a dictionary of text, timestamps have no zone. pandas: `df.to_feather`; Polars: `df.write_ipc`.
   *
   * @example await writeFile('result.arrow', table.toArrow({ format: 'file' }))
   * @throws ERR_UNKNOWN_OPTION; ERR_MEMORY_LIMIT for more bytes than one array holds
   */
  toArrow(options?: ArrowOptions): Uint8Array

  /** The first and last five rows, as text. pandas: `print(df)`. */
  toString(): string

  /** The same for `console.log` and the REPL. */
  [inspect.custom](depth: number, options: InspectOptions): string
}

export type TableReserved =
  | keyof TableMethods
  | keyof TableProperties<any, any>
  | 'then'
  | 'constructor'
  | 'inspect'
  | 'asymmetricMatch'
  | 'nodeType'
  | '$$typeof'
  | '__proto__'

/** A getter a column, but for names that methods have. None for `any`, so that every table is a `Table`. */
type TableGetters<S, V extends Reading> = 0 extends 1 & S
  ? unknown
  : [keyof S & TableReserved] extends [never]
    ? { readonly [K in keyof S & string]: DataOf<S[K], V> }
    : { readonly [K in keyof S & string as K extends TableReserved ? never : K]: DataOf<S[K], V> }

type DataOf<C, V extends Reading> = 0 extends 1 & C ? any : ColumnData<C, V>

/** A result: its methods, and a property for each column. `Table` alone is any table at all, for parameters. */
export type Table<S = any, V extends Reading = 0 extends 1 & S ? any : DefaultReading> = TableMethods &
  TableProperties<S, V> &
  TableGetters<S, V>
