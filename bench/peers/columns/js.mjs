import { FUNCTIONS } from './functions.mjs'

/** Plain JavaScript over the whole columns, on the main thread. */
/** @returns {import('../../harness/column-tasks.mjs').ColumnSession} */
export function connect() {
  return {
    open: columns => name => FUNCTIONS[name](columns),
    close: () => {},
  }
}
