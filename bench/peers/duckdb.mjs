import { DuckDBInstance } from '@duckdb/node-api'

const SQL_NAMES = {
  mean: 'avg',
  sum: 'sum',
  min: 'min',
  max: 'max',
  count: 'count',
  median: 'median',
  std: 'stddev_samp',
}

/**
 * The questions of db-benchmark whose answers are tables, as DuckDB's authors ask them.
 *
 * @type {Record<string, string>}
 */
const QUESTION_SQL = {
  largest: 'select id6, unnest(max(v3, 2)) as v3 from loaded group by id6',
  correlation: 'select id2, id4, pow(corr(v1, v2), 2) as r2 from loaded group by id2, id4',
  'six keys': `select id1, id2, id3, id4, id5, id6, sum(v3) as v3, count(v1) as count
    from loaded group by id1, id2, id3, id4, id5, id6`,
}

/**
 * DuckDB in its Node client, with `read_csv` and its own type detection.
 *
 * @param {import('../harness/contender.mjs').SessionOptions} options
 * @returns {Promise<import('../harness/contender.mjs').Session>}
 */
export async function connect({ threads, variant }) {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) })
  const connection = await instance.connect()
  const columns = async (/** @type {string} */ sql) =>
    (await connection.runAndReadAll(sql)).getColumnsObjectJS()
  return {
    aggregate: (path, query) => columns(selectFrom(`read_csv(${text(path)})`, query)),

    async load(path) {
      const source = `read_csv(${text(path)})`
      if (variant === 'enum') return loadWithEnums(connection, source)
      await connection.run(`create or replace table loaded as select * from ${source}`)
    },

    async loadedSums(names) {
      const sums = names.map(name => `sum(${quoted(name)})::double`).join(', ')
      const reader = await connection.runAndReadAll(`select count(*)::double, ${sums} from loaded`)
      return /** @type {number[]} */ (reader.getRowsJS()[0])
    },

    async aggregateLoaded(query) {
      const reader = await connection.runAndReadAll(selectFrom('loaded', query))
      return () => reader.getColumnsObjectJS()
    },

    async prepareShape({ on }) {
      if (!on) return
      const key = quoted(on)
      await connection.run(
        `create or replace table small as select ${key}, avg(v3) as mean from loaded group by ${key}`,
      )
    },

    async shapeLoaded(shape) {
      await connection.run(`create or replace table shaped as ${shapeSql(shape)}`)
      return () => checkShape(connection, shape)
    },

    async memoryQuery(data, query) {
      await connection.run('create table rows (key integer, value double)')
      const appender = await connection.createAppender('rows')
      for (let row = 0; row < data.key.length; row++) {
        appender.appendInteger(data.key[row])
        appender.appendDouble(data.value[row])
        appender.endRow()
      }
      appender.closeSync()
      const statement = await connection.prepare(selectFrom('rows', query))
      return async () => (await statement.runAndReadAll()).getColumnsObjectJS()
    },
  }
}

/**
 * g1 as db-benchmark loads it: the short identifiers as enumerations, the integers with 32 bits.
 *
 * @param {import('@duckdb/node-api').DuckDBConnection} connection
 * @param {string} source
 */
async function loadWithEnums(connection, source) {
  await connection.run(`create table sniffed as select * from ${source}`)
  for (const name of ['id1', 'id2']) {
    await connection.run(`create type ${name}s as enum (select distinct ${name} from sniffed order by 1)`)
  }
  const integers = ['id4', 'id5', 'id6', 'v1', 'v2'].map(name => `${name}::integer as ${name}`).join(', ')
  const columns = `id1::id1s as id1, id2::id2s as id2, id3, ${integers}, v3`
  await connection.run(`create table loaded as select ${columns} from sniffed`)
  await connection.run('drop table sniffed')
}

/**
 * @param {import('@duckdb/node-api').DuckDBConnection} connection
 * @param {import('../jobs/queries.mjs').Shape} shape
 */
async function checkShape(connection, { kind, checked }) {
  const weight = kind === 'sort' || kind === 'top' ? ' * rowid' : ''
  const sums = checked.map(name => `sum(nullif(${quoted(name)}::double, 'nan')${weight})`).join(', ')
  const reader = await connection.runAndReadAll(`select count(*)::double, ${sums} from shaped`)
  return { check: ['rows', ...checked], value: /** @type {number[]} */ (reader.getRowsJS()[0]) }
}

/** @param {import('../jobs/queries.mjs').Shape} shape */
function shapeSql({ kind, keys = [], rows, on }) {
  if (kind in QUESTION_SQL) return QUESTION_SQL[kind]
  if (kind === 'join') return `select * from loaded join small using (${quoted(/** @type {string} */ (on))})`
  const order = keys
    .map(({ column, descending }) => `${quoted(column)}${descending ? ' desc' : ''}`)
    .join(', ')
  return `select * from loaded order by ${order}${kind === 'top' ? ` limit ${rows}` : ''}`
}

/**
 * @param {string} source
 * @param {import('../jobs/queries.mjs').Query} query
 */
function selectFrom(source, { filter, by, aggregates }) {
  const keys = by.map(quoted).join(', ')
  const values = aggregates.map(
    aggregate => `${SQL_NAMES[aggregate.function]}(${quoted(aggregate.column)}) as ${quoted(aggregate.as)}`,
  )
  const where = filter ? ` where ${quoted(filter.column)} > ${filter.above}` : ''
  return `select ${keys}, ${values.join(', ')} from ${source}${where} group by ${keys}`
}

/** @param {string} name */
function quoted(name) {
  return `"${name.replaceAll('"', '""')}"`
}

/** @param {string} value */
function text(value) {
  return `'${value.replaceAll("'", "''")}'`
}
