import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { RowAggregator } from './row-aggregator.mjs'

/**
 * csv-parse as a stream, rows as arrays, read in its documented `readable` loop.
 *
 * @returns {Promise<import('../harness/contender.mjs').Session>}
 */
export async function connect() {
  return {
    aggregate: (path, query) =>
      new Promise((resolve, reject) => {
        /** @type {RowAggregator | undefined} */
        let aggregator
        const parser = createReadStream(path, { highWaterMark: 1 << 20 }).pipe(parse())
        parser.on('readable', () => {
          for (let row = parser.read(); row !== null; row = parser.read()) {
            if (aggregator === undefined) aggregator = new RowAggregator(row, query)
            else aggregator.add(row)
          }
        })
        parser.on('end', () => resolve(aggregator?.columns()))
        parser.on('error', reject)
      }),
  }
}
