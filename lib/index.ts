export type { DType, DTypeText } from './core/dtypes.js'
export { type ErrorCode, errorCodes } from './core/error-codes.js'
export { type ErrorFacts, MillraceError } from './core/errors.js'
export type { QueryProgress, QueryStats } from './core/executor.js'
export type { ArrowStreamOptions } from './frame/arrow-stream.js'
export type { ConcatOptions } from './frame/concat.js'
export type { DistinctOptions, ValueCountsOptions } from './frame/distinct.js'
export type { Ambiguous, Nonexistent, ToUtcOptions } from './frame/expression/date-methods.js'
export type { Column, Columns, Expr, HashOptions } from './frame/expression/expr.js'
export {
  type ConcatStrOptions,
  coalesce,
  col,
  concatStr,
  count,
  lit,
  rowNumber,
  when,
} from './frame/expression/functions.js'
export type { PatternOptions } from './frame/expression/patterns.js'
export type { RollingMethods, RollingPeriod, RollingRows } from './frame/expression/rolling-methods.js'
export type {
  ParseNumberOptions,
  ParseTimeOptions,
  ParseTimestampOptions,
} from './frame/expression/string-methods.js'
export type {
  FillOptions,
  OverOptions,
  RankOptions,
  ShiftOptions,
} from './frame/expression/window-methods.js'
export type { DataFrame, PersistedFrame } from './frame/frame-methods.js'
export type { FilledGroupByTimeOptions, FillValues, GroupByTimeOptions } from './frame/group-by-time.js'
export type { GroupBy, GroupByOptions } from './frame/group-by-types.js'
export type {
  AsofOptions,
  CrossJoinOptions,
  JoinHow,
  JoinOnOptions,
  JoinOptions,
} from './frame/join-types.js'
export type {
  Batch,
  BatchColumn,
  BatchPlace,
  FunctionOptions,
  GroupKey,
  MapBatchesOptions,
  ReturnedColumns,
  ReturnedValues,
} from './frame/map-batches-types.js'
export { type PersistStats, persistStats, setPersistLimit } from './frame/persist-limit.js'
export type { PivotAggregate, PivotOptions, UnpivotOptions } from './frame/reshape.js'
export type {
  AnalyzeOptions,
  BatchOptions,
  ComputeOptions,
  ExplainOptions,
  RunOptions,
} from './frame/run-options.js'
export type { SampleOptions } from './frame/sample.js'
export type { ColumnType, Schema, Untyped, Value as CellValue } from './frame/schema-types.js'
export type { SortKeyOptions, SortOptions, SortOrder } from './frame/sort-direction.js'
export { asc, desc } from './frame/sort-order.js'
export type { ArrowOptions } from './frame/table/arrow-bytes.js'
export type { ColumnData, Row, Table } from './frame/table/table-methods.js'
export type { CsvOptions } from './io/csv-options.js'
export type { CsvInput } from './io/csv-source.js'
export { type DateRangeOptions, dateRange } from './io/date-range.js'
export { type ArrowInput, type FromArrowOptions, fromArrow } from './io/from-arrow.js'
export { type ColumnValues, fromColumns } from './io/from-columns.js'
export { fromObjects } from './io/from-objects.js'
export { readCsv } from './io/read-csv.js'
export type { DifferenceUnit, EpochUnit, TruncateUnit } from './plan/expression/dates.js'
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
export { currentProcess, type ProcessInfo, parentProcess } from './pool/process/current-process.js'
export type { ExitInfo } from './pool/process/live-child.js'
export { activeChildren, Process, type ProcessOptions } from './pool/process/process.js'
export { type Range, range } from './pool/range.js'
export { map } from './pool/shared-pool.js'
export { Barrier, type BarrierOptions } from './pool/sync/barrier.js'
export type { LockGuard } from './pool/sync/base-lock.js'
export type { SemaphorePermit } from './pool/sync/base-semaphore.js'
export { BoundedSemaphore } from './pool/sync/bounded-semaphore.js'
export { Condition, type ConditionOptions } from './pool/sync/condition.js'
export { getContext } from './pool/sync/context.js'
export {
  BrokenBarrier,
  BufferTooShort,
  EndOfPipe,
  QueueClosed,
  QueueEmpty,
  QueueFull,
} from './pool/sync/errors.js'
export { Event } from './pool/sync/event.js'
export { Lock } from './pool/sync/lock.js'
export type { NumberType } from './pool/sync/number-types.js'
export { Pipe, PipeEnd, type PipeOptions } from './pool/sync/pipe.js'
export type { ContextOption } from './pool/sync/primitive.js'
export { type PutOptions, Queue, type QueueOptions } from './pool/sync/queue.js'
export { RLock } from './pool/sync/rlock.js'
export { Semaphore } from './pool/sync/semaphore.js'
export { SharedArray } from './pool/sync/shared-array.js'
export { SharedMemory, type SharedMemoryOptions } from './pool/sync/shared-memory.js'
export { type LockOption, Value } from './pool/sync/value.js'
export type { SyncWaitOptions, WaitOptions } from './pool/sync/waiting.js'
export type { TaskContext } from './pool/worker/task-context.js'
export { currentTask, isWorker, workerId } from './pool/worker-identity.js'
