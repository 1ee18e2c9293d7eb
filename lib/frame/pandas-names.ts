// What people type who come from pandas, Dask or Polars. Each name throws and says what to write; none is in the types,
// and a column of the same name is just a column.
import { MillraceError } from '../core/errors.js'

const aggregateHint = (name: string) =>
  `aggregate a column: df.agg(c => ({ x: c.Open.${name}() })), or by group: df.groupBy('Date').Open.${name}()`

/** Called as methods. */
const methods: Readonly<Record<string, string>> = {
  aggregate: 'agg(c => ({ ... }))',
  apply: 'expressions run in the engine: withColumns(c => ({ x: c.a.add(c.b) }))',
  assign: 'withColumns(c => ({ ... }))',
  astype: "cast({ Open: 'float64' })",
  collect: 'await df.compute()',
  count: 'await df.rowCount(), or agg(c => ({ n: c.Open.count() }))',
  drop_nulls: 'dropNulls()',
  dropna: 'dropNulls()',
  fetch: 'await df.head(n).compute()',
  fill_null: 'fillNull(value)',
  fillna: 'fillNull(value)',
  group_by: "groupBy('Date')",
  groupby: "groupBy('Date')",
  isna: 'c.Open.isNull()',
  isnull: 'c.Open.isNull()',
  iterrows: 'for await (const batch of df.batches()) ... batch.toObjects()',
  itertuples: 'for await (const batch of df.batches()) ... batch.rows()',
  limit: 'head(n)',
  map_partitions: 'for await (const batch of df.batches()) ...',
  notna: 'c.Open.isNotNull()',
  orderBy: 'groups come out sorted by key; sort the computed rows with table.toObjects().sort(...)',
  query: 'filter(c => c.Close.gt(0))',
  reset_index: 'keys are ordinary columns already: leave it out',
  set_index: 'there is no index: keep the column, and filter or group by it',
  sort: 'groups come out sorted by key; sort the computed rows with table.toObjects().sort(...)',
  sort_values: 'groups come out sorted by key; sort the computed rows with table.toObjects().sort(...)',
  sortValues: 'groups come out sorted by key; sort the computed rows with table.toObjects().sort(...)',
  toArray: '(await df.compute()).toObjects()',
  toObjects: '(await df.compute()).toObjects()',
  to_csv: '(await df.compute()).toCsv()',
  to_dict: '(await df.compute()).toObjects()',
  where: 'filter(c => c.Close.gt(0))',
  with_columns: 'withColumns(c => ({ ... }))',
  ...Object.fromEntries(
    ['sum', 'mean', 'min', 'max', 'std', 'var', 'median', 'nunique'].map(name => [
      name,
      aggregateHint(name === 'nunique' ? 'nUnique' : name),
    ]),
  ),
}

/** Read as properties. */
const properties: Readonly<Record<string, string>> = {
  dtypes: 'schema',
  iloc: 'head(n); a row of a result is table.Open.get(i)',
  loc: 'filter(c => ...) for rows, select(...) for columns',
  shape: 'columns.length and await df.rowCount()',
}

/** Every name that `definePandasNames` defines. */
export const pandasNames: readonly string[] = Object.freeze([...Object.keys(methods), ...Object.keys(properties)])

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
  return new MillraceError('ERR_UNKNOWN_METHOD', `A DataFrame has no ${name}`, { hint: `write ${instead}` })
}
