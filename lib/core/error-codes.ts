/**
 * Every code that a `MillraceError` can carry. The set is closed: a new one is a minor release, a removed one a major.
 * The first group comes from the engine (`native/base/status.h`), the second from the facade alone,
 * the third from `lib/pool/`.
 */
export const errorCodes = Object.freeze([
  'ERR_INVALID_ARGUMENT',
  'ERR_PLAN',
  'ERR_COLUMN_NOT_FOUND',
  'ERR_DUPLICATE_COLUMN',
  'ERR_TYPE',
  'ERR_CAST',
  'ERR_OVERFLOW',
  'ERR_NULL_IN_NON_NULLABLE',
  'ERR_DEPTH_LIMIT',
  'ERR_FILE_NOT_FOUND',
  'ERR_FILE_ACCESS',
  'ERR_FILE_IS_DIRECTORY',
  'ERR_FILE_EMPTY',
  'ERR_FILE_CHANGED',
  'ERR_SOURCE_CONSUMED',
  'ERR_IO',
  'ERR_SCHEMA_MISMATCH',
  'ERR_CSV_TYPE',
  'ERR_CSV_QUOTE',
  'ERR_CSV_RAGGED',
  'ERR_CSV_FIELD_TOO_LARGE',
  'ERR_CSV_TOO_MANY_COLUMNS',
  'ERR_CSV_ENCODING',
  'ERR_JOIN_CARDINALITY',
  'ERR_MEMORY_LIMIT',
  'ERR_SPILL_LIMIT',
  'ERR_ABORTED',
  'ERR_INTERNAL',

  'ERR_UNKNOWN_OPTION',
  'ERR_UNKNOWN_METHOD',
  'ERR_EXPR_COERCED',
  'ERR_INT64_UNSAFE',
  'ERR_NATIVE_LOAD',
  'ERR_ARROW_FORMAT',
  'ERR_BUFFER_DETACHED',
  'ERR_FRAME_DISPOSED',
  'ERR_PATTERN_TIMEOUT',

  'ERR_CLOSURE',
  'ERR_TASK_LOAD',
  'ERR_TASK_TIMEOUT',
  'ERR_TIMEOUT',
  'ERR_ARGUMENT_SERIALIZATION',
  'ERR_RESULT_SERIALIZATION',
  'ERR_WORKER_CRASHED',
  'ERR_WORKER_OUT_OF_MEMORY',
  'ERR_WORKER_INIT',
  'ERR_POOL_TERMINATED',
  'ERR_POOL_CLOSED',
  'ERR_POOL_QUEUE_FULL',
  'ERR_POOL_BOOTSTRAP',
  'ERR_NOT_SERIALIZABLE',
  'ERR_NOT_SHAREABLE',
  'ERR_NOT_OWNER',
  'ERR_DEADLOCK',
  'ERR_MAIN_THREAD',
  'ERR_INVALID_STATE',
  'ERR_QUEUE_FULL',
  'ERR_QUEUE_EMPTY',
  'ERR_QUEUE_CLOSED',
  'ERR_END_OF_PIPE',
  'ERR_BUFFER_TOO_SHORT',
  'ERR_BARRIER_BROKEN',
] as const)

export type ErrorCode = (typeof errorCodes)[number]

const known: ReadonlySet<string> = new Set(errorCodes)

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && known.has(value)
}
