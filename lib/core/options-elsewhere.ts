// Names that options have in pandas, Dask and Polars, and what to write here instead: where spelling alone would suggest
// something else, or nothing.

const unlike = 'frames do not change: use the one that the call returns'
const noIndex = 'rows have no index here: leave it out'
const csvNulls = "write nullValues: ['NA']"
const csvTypes = "write schema: { Open: 'float64' }"
const csvRows = 'write readCsv(...).head(n)'
const csvDates = "ISO dates are found; or name the dtype, as in schema: { Date: 'date' }"
const csvParts = 'read piece by piece: for await (const batch of df.batches())'
const csvErrors = "write onError: 'null' or onError: 'skip'"
const sortNulls = "write nulls: 'first' or nulls: 'last'"

/** By method; the names in lower case without underscores. */
export const elsewhere: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  readCsv: {
    sep: "write delimiter: ';'",
    separator: "write delimiter: ';'",
    names: "write header: false and rename({ column_1: 'a' })",
    newcolumns: "write header: false and rename({ column_1: 'a' })",
    dtype: csvTypes,
    dtypes: csvTypes,
    schemaoverrides: csvTypes,
    nrows: csvRows,
    usecols: "write columns: ['Date', 'Open']",
    parsedates: csvDates,
    tryparsedates: csvDates,
    navalues: csvNulls,
    quotechar: 'write quote',
    escapechar: 'write escape',
    commentprefix: 'write comment',
    commentchar: 'write comment',
    chunksize: csvParts,
    batchsize: csvParts,
    iterator: csvParts,
    inferschemalength:
      'dtypes are guessed from samples of the whole file; infer: false makes all columns text',
    ignoreerrors: csvErrors,
    onbadlines: csvErrors,
    lowmemory: 'queries stream; compute({ memoryLimit }) bounds what they hold',
    indexcol: noIndex,
  },
  sortBy: {
    ascending: "write descending: true, or of one key desc('Close')",
    reverse: "write descending: true, or of one key desc('Close')",
    nullslast: sortNulls,
    naposition: sortNulls,
    ignoreindex: noIndex,
    inplace: unlike,
  },
  join: {
    suffixes: "only columns of the right side get one: write suffix: '_y'",
    rsuffix: "write suffix: '_y'",
    lsuffix: 'columns of the left side keep their names; those of the right get suffix',
    joinnulls: 'write nullsEqual: true',
    leftindex: noIndex,
    rightindex: noIndex,
  },
  joinAsof: {
    strategy: "write direction: 'nearest'",
    allowexactmatches: 'write allowExact: false',
  },
  concat: {
    how: "write columns: 'union' or columns: 'intersection'; frames side by side are a join",
    join: "write columns: 'union' or columns: 'intersection'",
    axis: 'frames side by side are a join: df.join(other, { on })',
    ignoreindex: noIndex,
  },
  sample: {
    n: 'write the number of rows first: sample(100)',
    frac: 'write fraction: 0.1',
    randomstate: 'write seed: 1',
    withreplacement: 'write replace: true',
  },
  rolling: {
    window: "write rows: 7, or of time period: '7d'",
    windowsize: "write rows: 7, or of time period: '7d'",
    minsamples: 'write minPeriods: 1',
  },
  groupBy: {
    asindex: 'keys are columns as the others: leave it out',
    dropna: 'write dropNulls: true; null keys are kept by default',
    maintainorder: "write sort: 'first'",
    observed: 'only groups that have rows come out: leave it out',
  },
  groupByTime: { rule: "write every: '1d'", freq: "write every: '1d'" },
  distinct: { subset: "write the columns first: distinct('Ticker')" },
  unpivot: {
    idvars: "write index: 'Date'",
    valuevars: "write on: ['High', 'Low']",
    varname: 'write variableName',
  },
  shift: { fillvalue: 'write fill: 0' },
}

/** What to write for an option that `method` has elsewhere, or undefined. */
export function optionElsewhere(method: string, option: string): string | undefined {
  const known = Object.hasOwn(elsewhere, method) ? elsewhere[method] : undefined
  const folded = option.replaceAll('_', '').toLowerCase()
  return known && Object.hasOwn(known, folded) ? known[folded] : undefined
}
