import { fromColumns } from '../../../dist/bundle/index.js'
import { FUNCTIONS } from './functions.mjs'

/** As many workers as MILLRACE_NUM_THREADS says. */
/** @returns {import('../../harness/column-tasks.mjs').ColumnSession} */
export function connect() {
  return {
    open(columns) {
      const frame = fromColumns(columns)
      return async name => {
        const over = FUNCTIONS[name]
        const mapped = frame.mapBatches(
          ({ a, b, c, d }) => ({ out: over({ a: a.values, b: b.values, c: c.values, d: d.values }) }),
          { returns: { out: 'float64' }, closure: { over } },
        )
        return (await mapped.compute()).out.values
      }
    },
    close: () => {},
  }
}
