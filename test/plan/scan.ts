// A lazy frame over files that need not exist: for everything that happens before a query runs.
import type { DataFrame, DTypeText } from 'millrace'
import { parseType } from '../../dist/core/dtypes.js'
import { frameOf, planOf } from '../../dist/frame/data-frame.js'
import { csvScanNode } from '../../dist/plan/step/csv-scan.js'
import type { PlanNode } from '../../dist/plan/step/node.js'

export function lazyFrame<const S extends Record<string, DTypeText>>(schema: S): DataFrame<S> {
  const columns = Object.entries(schema).map(([name, type]) => ({
    name,
    type: parseType(type, name),
    inferred: false,
  }))
  return frameOf(
    csvScanNode(
      {
        files: ['/data/prices.csv'],
        label: 'prices.csv',
        dialect: {
          delimiter: ',',
          quote: '"',
          escape: '"',
          comment: null,
          header: true,
          skipRows: 0,
          newline: 'lf',
          encoding: 'utf8',
        },
        nullValues: [''],
        onError: 'error',
        maxFieldBytes: 2 ** 26,
        maxColumns: 100_000,
      },
      columns,
    ),
  )
}

export const prices = lazyFrame({
  Date: 'date',
  Ticker: 'utf8',
  Open: 'float64?',
  High: 'float64',
  Low: 'float64',
  Close: 'float64',
  Volume: 'int64?',
  At: 'timestamp[us]',
  Up: 'bool?',
})

export function planFrom(frame: object): PlanNode {
  return planOf(frame)!
}
