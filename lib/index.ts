export type { DType, DTypeText } from './core/dtypes.js'
export { type ErrorCode, errorCodes } from './core/error-codes.js'
export { type ErrorFacts, MillraceError } from './core/errors.js'
export type { QueryProgress, QueryStats } from './core/executor.js'
export type { Column, Columns, Expr } from './frame/expression/expr.js'
export { coalesce, col, concatStr, count, lit, when } from './frame/expression/functions.js'
export type { DataFrame } from './frame/frame-methods.js'
export type { GroupBy, GroupByOptions } from './frame/group-by-types.js'
export type { BatchOptions, ComputeOptions, RunOptions } from './frame/run-options.js'
export type { ColumnType, Schema, Untyped, Value } from './frame/schema-types.js'
export type { ColumnData, Row, Table } from './frame/table/table-methods.js'
export type { CsvOptions } from './io/csv-options.js'
export type { CsvInput } from './io/csv-source.js'
export { type ColumnValues, fromColumns } from './io/from-columns.js'
export { fromObjects } from './io/from-objects.js'
export { readCsv } from './io/read-csv.js'
export type { AsyncResult } from './pool/async-result.js'
export { cpuCount } from './pool/cpu-count.js'
export {
  ArgumentSerializationError,
  ClosureError,
  PoolBootstrapError,
  PoolClosedError,
  PoolError,
  PoolQueueFullError,
  PoolTerminatedError,
  ResultSerializationError,
  TaskLoadError,
  TaskTimeoutError,
  TimeoutError,
  WorkerCrashedError,
  WorkerInitError,
  WorkerOutOfMemoryError,
} from './pool/errors.js'
export { importTasks, type TasksOf } from './pool/functions/import-tasks.js'
export { task } from './pool/functions/task.js'
export type { MapProgress } from './pool/job/map-settings.js'
export { Pool } from './pool/pool.js'
export type {
  ApplyOptions,
  ImapOptions,
  MapOptions,
  PoolOptions,
  StreamOptions,
  TaskOptions,
} from './pool/pool-options.js'
export type { PoolStats, WorkerStats } from './pool/pool-stats.js'
export type { PoolTask, TaskProgress } from './pool/pool-task.js'
export { type Range, range } from './pool/range.js'
export { map } from './pool/shared-pool.js'
export type { TaskContext } from './pool/worker/task-context.js'
export { currentTask, isWorker, workerId } from './pool/worker-identity.js'
