export type { DType, DTypeText } from './core/dtypes.js'
export { type ErrorCode, errorCodes } from './core/error-codes.js'
export { type ErrorFacts, MillraceError } from './core/errors.js'
export type { QueryProgress, QueryStats } from './core/executor.js'
export type { ConcatOptions } from './frame/concat.js'
export type { DistinctOptions, ValueCountsOptions } from './frame/distinct.js'
export type { Column, Columns, Expr } from './frame/expression/expr.js'
export { coalesce, col, concatStr, count, lit, when } from './frame/expression/functions.js'
export type { DataFrame } from './frame/frame-methods.js'
export type { GroupBy, GroupByOptions } from './frame/group-by-types.js'
export type {
  AsofOptions,
  CrossJoinOptions,
  JoinHow,
  JoinOnOptions,
  JoinOptions,
} from './frame/join-types.js'
export type { PivotAggregate, PivotOptions, UnpivotOptions } from './frame/reshape.js'
export type { BatchOptions, ComputeOptions, RunOptions } from './frame/run-options.js'
export type { SampleOptions } from './frame/sample.js'
export type { ColumnType, Schema, Untyped, Value } from './frame/schema-types.js'
export { asc, desc, type SortKeyOptions, type SortOptions, type SortOrder } from './frame/sort-order.js'
export type { ColumnData, Row, Table } from './frame/table/table-methods.js'
export type { CsvOptions } from './io/csv-options.js'
export type { CsvInput } from './io/csv-source.js'
export { type ColumnValues, fromColumns } from './io/from-columns.js'
export { fromObjects } from './io/from-objects.js'
export { readCsv } from './io/read-csv.js'
