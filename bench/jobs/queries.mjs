/**
 * What every contender computes. A query is data, so that each peer can say it in its own words and nobody can
 * compute something easier.
 *
 * @typedef {'mean' | 'sum' | 'min' | 'max' | 'count' | 'median' | 'std'} AggregateName
 * @typedef {{ column: string, function: AggregateName, as: string }} Aggregate
 * @typedef {object} Query
 * @property {{ column: string, above: number }} [filter] keeps the rows where column > above
 * @property {string[]} by group keys
 * @property {string[]} [dates] the group keys that are dates
 * @property {Aggregate[]} aggregates
 */

/** @type {Query} */
const PRICES = {
  filter: { column: 'Close', above: 0 },
  by: ['Date'],
  dates: ['Date'],
  aggregates: [{ column: 'Open', function: 'mean', as: 'Open' }],
}

/**
 * @typedef {object} CsvJob
 * @property {'aggregate' | 'load'} kind from the file's path to a result in the host language, or to columns in memory
 * @property {string} title
 * @property {import('../data/datasets.mjs').DatasetName} dataset
 * @property {Query} [query]
 */

/** @type {Record<string, CsvJob>} */
export const CSV_JOBS = {
  prices: {
    kind: 'aggregate',
    title: 'prices: Close > 0, by Date, mean Open',
    dataset: 'prices',
    query: PRICES,
  },
  measurements: {
    kind: 'aggregate',
    title: 'measurements: by station, min, mean and max',
    dataset: 'measurements',
    query: {
      by: ['station'],
      aggregates: [
        { column: 'temperature', function: 'min', as: 'min' },
        { column: 'temperature', function: 'mean', as: 'mean' },
        { column: 'temperature', function: 'max', as: 'max' },
      ],
    },
  },
  'g1-id1': {
    kind: 'aggregate',
    title: 'g1 from CSV: sum v1 by id1',
    dataset: 'g1',
    query: { by: ['id1'], aggregates: [{ column: 'v1', function: 'sum', as: 'v1' }] },
  },
  'g1-id3': {
    kind: 'aggregate',
    title: 'g1 from CSV: sum v1, mean v3 by id3',
    dataset: 'g1',
    query: {
      by: ['id3'],
      aggregates: [
        { column: 'v1', function: 'sum', as: 'v1' },
        { column: 'v3', function: 'mean', as: 'v3' },
      ],
    },
  },
  quoted: { kind: 'aggregate', title: 'quoted: the query of prices', dataset: 'quoted', query: PRICES },
  'g1-load': { kind: 'load', title: 'g1 CSV into memory, all columns', dataset: 'g1' },
}

/**
 * The db-benchmark questions. q7 is asked as its two aggregates instead of their difference. The answers of q8 (the two
 * largest values of a group), q9 (a squared correlation) and q10 (an answer as large as the table) stay where the
 * contender computed them, as those of the shapes below, and are compared by their number of rows and their sums.
 *
 * @type {Record<string, Query | Shape>}
 */
export const G1_QUESTIONS = {
  q1: question('id1', 'v1 sum'),
  q2: question('id1 id2', 'v1 sum'),
  q3: question('id3', 'v1 sum, v3 mean'),
  q4: question('id4', 'v1 mean, v2 mean, v3 mean'),
  q5: question('id6', 'v1 sum, v2 sum, v3 sum'),
  q6: question('id4 id5', 'v3 median, v3 std'),
  q7: question('id3', 'v1 max, v2 min'),
  q8: shape('largest', {}),
  q9: shape('correlation', {}),
  q10: shape('six keys', {}),
}

/**
 * What is asked of whole rows of g1 in memory: sorts, the first rows of a sort, and joins with a small table of the mean
 * of v3 by a key, which is made before the clock starts. The answer is small, so that a peer whose rows or order are wrong
 * is found: sums of the columns `checked`, each weighted by the row's place in the result. Joins promise no order to every
 * peer, and are weighted alike. Of rows that are equal in the key of a top any may be taken: only the key is the same for
 * all. In a sort of the whole table they change their neighbours' places, which is far below the tolerance.
 *
 * @typedef {object} Shape
 * @property {'sort' | 'top' | 'join' | 'largest' | 'correlation' | 'six keys'} kind the last three are q8 to q10
 * @property {{ column: string, descending?: boolean }[]} [keys] of a sort or top
 * @property {number} [rows] of a top
 * @property {string} [on] the key of a join
 * @property {string[]} checked
 * @property {string[]} by as in a query, for the answer's form
 * @property {Aggregate[]} aggregates
 *
 * @type {Record<string, Shape>}
 */
export const G1_SHAPES = {
  'sort v3': shape('sort', { keys: [{ column: 'v3' }] }),
  'sort id1, id4 desc, v3': shape('sort', {
    keys: [{ column: 'id1' }, { column: 'id4', descending: true }, { column: 'v3' }],
  }),
  'sort id3': shape('sort', { keys: [{ column: 'id3' }, { column: 'v3' }] }),
  'top 10 of v3': shape('top', { keys: [{ column: 'v3', descending: true }], rows: 10 }),
  'join id4, 100 rows': shape('join', { on: 'id4' }),
  'join id6, 100,000 rows': shape('join', { on: 'id6' }),
  'join id3 (text), 100,000 rows': shape('join', { on: 'id3' }),
}

/**
 * @param {Shape['kind']} kind
 * @param {Partial<Shape>} rest
 * @returns {Shape}
 */
function shape(kind, rest) {
  const checked = {
    sort: ['v3', 'id6'],
    top: ['v3'],
    join: ['v3', 'id6', 'mean'],
    largest: ['id6', 'v3'],
    correlation: ['id4', 'r2'],
    'six keys': ['id4', 'id5', 'id6', 'v3', 'count'],
  }
  return {
    kind,
    ...rest,
    checked: checked[kind],
    by: ['check'],
    aggregates: [{ column: 'value', function: 'sum', as: 'value' }],
  }
}

/** The query of the fixed-cost job, over 1,000 rows in memory. */
export const SMALL_QUERY = {
  filter: { column: 'value', above: 0.25 },
  by: ['key'],
  aggregates: [{ column: 'value', function: /** @type {AggregateName} */ ('mean'), as: 'value' }],
}

/** The rows that SMALL_QUERY runs over. */
export function smallColumns() {
  const rows = 1_000
  return {
    key: Int32Array.from({ length: rows }, (_, row) => row % 10),
    value: Float64Array.from({ length: rows }, (_, row) => ((row * 7919) % 1000) / 1000),
  }
}

/**
 * @param {string} keys separated by spaces
 * @param {string} values "column function", separated by commas
 * @returns {Query}
 */
function question(keys, values) {
  const aggregates = values.split(', ').map(text => {
    const [column, name] = text.split(' ')
    return { column, function: /** @type {AggregateName} */ (name), as: `${column}_${name}` }
  })
  return { by: keys.split(' '), aggregates }
}
