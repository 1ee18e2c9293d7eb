// What people type who come from pandas, Dask or Polars. Each name throws and says what to write; none is in the types,
// and a column of the same name is just a column.
import { MillraceError } from '../core/errors.js'

const sorting = "write sortBy('Date', desc('Close'))"

const windowing = (call: string) =>
  `write it of a column: df.withColumns(c => ({ x: c.Close.${call} })), with .over('Ticker') by group`

const aggregating = (name: string) =>
  `write df.agg(c => ({ x: c.Open.${name}() })), or by group df.groupBy('Date').Open.${name}()`

/** Called as methods. */
const methods: Readonly<Record<string, string>> = {
  aggregate: 'write agg(c => ({ ... }))',
  group_by_dynamic: "write groupByTime('Date', { every: '1mo' })",
  resample: "write groupByTime('Date', { every: '1mo' })",
  rolling: windowing('rolling(7).mean()'),
  append: 'write df.concat(other)',
  shift: windowing('shift(1)'),
  rank: windowing('rank()'),
  pct_change: windowing('pctChange()'),
  interpolate: windowing('interpolate()'),
  ffill: windowing('fillForward()'),
  diff: windowing('diff()'),
  cumsum: windowing('cumSum()'),
  cumprod: windowing('cumProd()'),
  cummin: windowing('cumMin()'),
  cummax: windowing('cumMax()'),
  bfill: windowing('fillBackward()'),
  apply: 'write expressions, which run in the engine: withColumns(c => ({ x: c.a.add(c.b) }))',
  assign: 'write withColumns(c => ({ ... }))',
  astype: "write cast({ Open: 'float64' })",
  collect: 'write await df.compute()',
  count: 'write await df.rowCount(), or agg(c => ({ n: c.Open.count() }))',
  drop_duplicates: "write distinct('Ticker')",
  drop_nulls: 'write dropNulls()',
  dropna: 'write dropNulls()',
  fetch: 'write await df.head(n).compute()',
  fill_null: 'write fillNull(value)',
  fillna: 'write fillNull(value)',
  group_by: "write groupBy('Date')",
  groupby: "write groupBy('Date')",
  isna: 'write c.Open.isNull() for a column',
  isnull: 'write c.Open.isNull() for a column',
  iterrows: 'write for await (const batch of df.batches()) and batch.toObjects()',
  itertuples: 'write for await (const batch of df.batches()) and batch.rows()',
  limit: 'write head(n)',
  map_batches: "write mapBatches(fn, { returns: { x: 'float64' } })",
  map_partitions: "write mapBatches(fn, { returns: { x: 'float64' } })",
  max: aggregating('max'),
  mean: aggregating('mean'),
  median: aggregating('median'),
  min: aggregating('min'),
  nlargest: "write topK(10, 'Close')",
  nsmallest: "write topK(10, asc('Close'))",
  melt: "write unpivot({ on: ['High', 'Low'], index: 'Date' })",
  merge: "write df.join(other, { on: 'Ticker', how: 'left' })",
  notna: 'write c.Open.isNotNull() for a column',
  nunique: aggregating('nUnique'),
  nunique_approx: aggregating('approxNUnique'),
  orderBy: sorting,
  pivot_table: "write pivot({ on: 'Ticker', columns: [...], index: 'Date', values: 'Close' })",
  query: 'write filter(c => c.Close.gt(0))',
  reset_index: 'keys are ordinary columns already: leave it out',
  set_index: 'there is no index: keep the column, and filter or group by it',
  sort: sorting,
  sort_values: sorting,
  sortValues: sorting,
  std: aggregating('std'),
  sum: aggregating('sum'),
  top_k: "write topK(10, 'Close')",
  to_csv: 'write (await df.compute()).toCsv()',
  to_arrow: 'write (await df.compute()).toArrow(), or df.toArrow() piece by piece',
  to_feather: "write await writeFile(path, df.toArrow({ format: 'file' }))",
  to_dict: 'write (await df.compute()).toObjects()',
  toArray: 'write (await df.compute()).toObjects()',
  toObjects: 'write (await df.compute()).toObjects()',
  unique: "write distinct('Ticker')",
  value_counts: "write valueCounts('Ticker')",
  var: aggregating('var'),
  with_row_index: 'write withRowIndex()',
  where: 'write filter(c => c.Close.gt(0))',
  with_columns: 'write withColumns(c => ({ ... }))',
}

/** Read as properties. */
const properties: Readonly<Record<string, string>> = {
  dtypes: 'write df.schema',
  iloc: 'write head(n), tail(n) or slice(offset, n); a row of a result is table.Open.get(i)',
  loc: 'write filter(c => ...) for rows, select(...) for columns',
  shape: 'write df.columns.length and await df.rowCount()',
}

/** Every name that `definePandasNames` defines. */
export const pandasNames: readonly string[] = Object.freeze([
  ...Object.keys(methods),
  ...Object.keys(properties),
])

/** Defines the teaching members on a prototype, not enumerable. */
export function definePandasNames(prototype: object): void {
  for (const [name, instead] of Object.entries(methods)) {
    const teach = () => {
      throw unknownMethod(`${name}()`, instead)
    }
    Object.defineProperty(prototype, name, { value: teach, configurable: true })
  }
  for (const [name, instead] of Object.entries(properties)) {
    const get = () => {
      throw unknownMethod(name, instead)
    }
    Object.defineProperty(prototype, name, { get, configurable: true })
  }
}

function unknownMethod(name: string, instead: string): MillraceError {
  return new MillraceError('ERR_UNKNOWN_METHOD', `A DataFrame has no ${name}`, { hint: instead })
}
