/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} label as the tables say it
 * @property {string} group the name that `--peers` takes
 * @property {'node' | 'python'} host
 * @property {string} module the file in `peers`, without its extension
 * @property {string} [variant] handed to the module
 * @property {string[]} packages the packages that must be installed; the first one's version is shown
 * @property {Record<string, string>} [env]
 * @property {string[]} [jobs] the jobs that it takes part in, where that is not all of them
 */

/** @type {Contender} */
export const MILLRACE = node('millrace', 'millrace', 'millrace', [])

const SINGLE_KEY_JOBS = ['prices', 'measurements', 'g1-id1', 'g1-id3', 'quoted']

/** The rows that parsers of strings can show; on the others they take minutes and show nothing new. */
const PARSER_JOBS = ['prices', 'quoted']

/** @type {Contender[]} */
export const CONTENDERS = [
  MILLRACE,
  {
    ...node('millrace-sse2', 'millrace, SSE2 only', 'millrace', []),
    module: 'millrace',
    env: { MILLRACE_SIMD: 'sse2' },
    jobs: process.arch === 'x64' ? ['prices'] : [],
  },
  node('duckdb', 'DuckDB', 'duckdb', ['@duckdb/node-api']),
  {
    ...node('duckdb-enum', 'DuckDB, enumerations', 'duckdb', ['@duckdb/node-api']),
    variant: 'enum',
    jobs: ['g1-memory', 'g1-shapes'],
  },
  node('polars', 'nodejs-polars', 'polars', ['nodejs-polars']),
  {
    ...node('polars-streaming', 'nodejs-polars, streaming', 'polars', ['nodejs-polars']),
    module: 'polars',
    variant: 'streaming',
    jobs: SINGLE_KEY_JOBS,
  },
  { ...node('js', 'JavaScript by hand', 'js', []), jobs: SINGLE_KEY_JOBS },
  { ...node('papaparse', 'papaparse', 'papaparse', ['papaparse']), jobs: PARSER_JOBS },
  { ...node('csv-parse', 'csv-parse', 'csv-parse', ['csv-parse']), jobs: PARSER_JOBS },
  python(
    'polars-py',
    'Polars (Python)',
    'polars_peer',
    ['polars'],
    [...SINGLE_KEY_JOBS, 'g1-load', 'g1-memory', 'g1-shapes'],
  ),
  python('dask', 'Dask', 'dask_peer', ['dask', 'pandas'], SINGLE_KEY_JOBS),
  pool('piscina', 'piscina', 'pools/piscina'),
  {
    ...pool('piscina-chunked', 'piscina, chunked by hand', 'pools/piscina'),
    group: 'piscina',
    variant: 'chunked',
  },
  pool('tinypool', 'tinypool', 'pools/tinypool'),
  pool('workerpool', 'workerpool', 'pools/workerpool'),
  python('multiprocessing', "Python's multiprocessing", 'pool_peer', ['multiprocessing'], []),
  python('pandas', 'pandas', 'pandas_peer', ['pandas'], [...SINGLE_KEY_JOBS, 'g1-load', 'g1-memory']),
]

/** The names that `--peers` takes. */
export const PEER_GROUPS = [...new Set(CONTENDERS.map(({ group }) => group))].filter(
  group => group !== 'millrace',
)

/**
 * @param {string} name
 * @param {string} label
 * @param {string} group
 * @param {string[]} packages
 * @returns {Contender}
 */
function node(name, label, group, packages) {
  return { name, label, group, host: 'node', module: group, packages }
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} module
 * @param {string[]} packages
 * @param {string[]} jobs
 * @returns {Contender}
 */
function python(name, label, module, packages, jobs) {
  return { name, label, group: name, host: 'python', module, packages, jobs }
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} module
 * @returns {Contender}
 */
function pool(name, label, module) {
  const peer = module.slice('pools/'.length)
  return { name, label, group: peer, host: 'node', module, packages: [peer], jobs: [] }
}
