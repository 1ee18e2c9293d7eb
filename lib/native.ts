/**
 * The addon: what it offers (`Binding`), and how it is found. It is loaded at the first use, never by an import, so that
 * importing millrace costs little and works where no addon exists.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MillraceError } from './core/errors.js'
import { isBundled, ownFolder } from './core/own-folder.js'

const ABI = 1
const PLAN_VERSION = 2

declare const brand: unique symbol
/** An in-memory frame owned by the engine; released by garbage collection or by `frameRelease`. */
export interface FrameHandle {
  readonly [brand]: 'frame'
}
/** Rows on their way into a query. */
export interface FeedHandle {
  readonly [brand]: 'feed'
}
/** A query that runs or has run. */
export interface QueryHandle {
  readonly [brand]: 'query'
}

export type NativeArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

export interface EngineInfo {
  abi: number
  planVersion: number
  /** The instruction set in use: 'scalar', 'sse2', 'avx2', 'avx512' or 'neon'. */
  simd: string
  threads: number
}

export interface FieldInfo {
  name: string
  type: string
  nullable: boolean
}

/** A column on its way into the engine, which copies it unless it is lent. */
export interface NativeColumnInput {
  name: string
  type: string
  /** bool: one byte (0 or 1) a row; utf8: the UTF-8 bytes end to end; date: days; timestamps: ticks. */
  data: NativeArray
  /** One bit a row, least significant first, 1 for a value. */
  validity?: Uint8Array | null
  /** utf8 and dict only: rows + 1 byte positions. */
  offsets?: Uint32Array | BigUint64Array
}

/** A column of `frameBorrow`: as it is; lent; by codes of its dictionary; or without a value in any row. */
export type NativeChunkColumn =
  | (NativeColumnInput & { borrow?: boolean })
  | { name: string; type: string; codes: Uint32Array; validity?: Uint8Array | null }
  | { name: string; type: string; missing: number }

/** Distinct strings, end to end. */
export interface NativeTexts {
  data: Uint8Array
  offsets: Uint32Array
}

/** A column of a result; its arrays are views of native memory wherever the runtime allows that. */
export interface NativeColumn {
  name: string
  type: string
  data: NativeArray
  validity: Uint8Array | null
  /** utf8 only: rows + 1 byte positions; Float64Array past 4 GB of text. */
  offsets: Uint32Array | Float64Array | null
  nullCount: number
  /** dict only: the distinct strings, which `data` indexes. */
  categories?: string[]
}

/** A batch that is still in the engine. */
export interface NativeHeldBatch {
  rows: number
  /** What `frameWrite` needs for it. */
  bytes: number
  frame: FrameHandle
}

/** Where a column has been written: bytes from the beginning of the memory. */
export interface NativePlace {
  name: string
  type: string
  data: number
  dataBytes: number
  /** Rows + 1 byte positions of utf8; their width is 4 (Uint32Array), 8 (Float64Array), or 0 where there are none. */
  offsets: number
  offsetWidth: number
  /** Absent without nulls. */
  validity?: number
  categories?: string[]
}

/** What `execute` gives: a query on its way, or the result of one that is done. */
export type NativeRun =
  | { query: QueryHandle; promise: Promise<NativeResult>; result?: undefined }
  | { query?: undefined; promise?: undefined; result: NativeResult }

export interface NativeStats {
  rowsScanned: number
  bytesRead: number
  rowsSkipped: number
  rowsRepaired: number
  cellsNulled: number
  peakBytes: number
  strips: number
  stripsRedone: number
  spilledBytes: number
  simd: string
  threads: number
}

export interface NativeResult {
  rows: number
  columns: NativeColumn[]
  stats: NativeStats
  /** Set by the option "analyze". By step: rows out, milliseconds of all threads, bytes read, bytes that its result holds. */
  profile?: [rows: number, threadMs: number, bytesRead: number, bytesHeld: number][]
  /** Set by the mode "persist": the rows stayed in the engine. */
  handle?: FrameHandle
}

export interface QueryProgress {
  bytesDone: number
  bytesTotal: number
  rowsDone: number
  tasksDone: number
  tasksTotal: number
  memoryBytes: number
  memoryPeakBytes: number
}

/** The addon's exports. Data crosses as handles and typed arrays, plans and requests as JSON text. */
export interface Binding {
  engineInfo(): EngineInfo
  /** Reads the head of the files (or of the bytes) and answers with their dialect and columns, as JSON. */
  csvSniff(requestJson: string, bytes?: Uint8Array): string
  frameCreate(columns: NativeColumnInput[]): FrameHandle
  /**
   * A frame of one chunk or more, all of the same columns; `dictionaries` by column, null for those without codes. Lent
   * data is read where it is, a few thousand values at a time, and kept alive until the frame and its last query end.
   * Lent texts must be valid UTF-8 by a Uint32Array of offsets, and stay so.
   */
  frameBorrow(chunks: NativeChunkColumn[][], dictionaries: (NativeTexts | null)[]): FrameHandle
  /** Writes the columns, on a thread of the engine, to memory that nobody else touches until then. */
  frameWrite(frame: FrameHandle, memory: Uint8Array): Promise<NativePlace[]>
  /** Rows that will come, in chunks, while the one query that scans it runs. */
  feedCreate(fields: FieldInfo[]): FeedHandle
  /**
   * The next chunk: lent as to `frameBorrow`, until the promise settles. False when no more is wanted. It does not keep the
   * process alive.
   */
  feedPush(feed: FeedHandle, columns: NativeChunkColumn[]): Promise<boolean>
  /** There is no more. */
  feedEnd(feed: FeedHandle): void
  frameInfo(frame: FrameHandle): {
    rows: number
    bytes: number
    schema: FieldInfo[]
    /** Of frames of the mode "persist". */
    memoryBytes?: number
    diskBytes?: number
  }
  frameRelease(frame: FrameHandle): void
  /** A query so small that waking a thread would cost more is done at once, unless it is `watched`. */
  execute(planJson: string, handles: unknown[], watched: boolean): NativeRun
  /**
   * Has the garbage collector look for large results that nobody holds any more. False: none were handed out since the
   * last call, or none large; `again` asks all the same.
   */
  collectResults(again: boolean): boolean
  /** Mode "stream": the next batch in order, null at the end. */
  queryNext(query: QueryHandle): Promise<NativeResult | null>
  /** The same, as it is in the engine. */
  queryNextFrame(query: QueryHandle): Promise<NativeHeldBatch | null>
  queryCancel(query: QueryHandle): void
  queryProgress(query: QueryHandle): QueryProgress
  setThreads(threads: number): void
  /** Of all frames of the mode "persist". Settles when what is too much is on disk; rejects where it cannot go there. */
  setPersistLimit(bytes: number): Promise<void>
  /** Whether any thread has called it. */
  hasPersistLimit(): boolean
  /** The limit until `setPersistLimit` is called; 0: half of the memory that the process may use. */
  setPersistDefault(bytes: number): void
  persistInfo(): { limitBytes: number; memoryBytes: number; diskBytes: number }
  poolInfo(): { threads: number; queued: number; running: number }
  /** Fills `into` with task events of six numbers (kind, query, thread, start ns, end ns, rows); returns their count. */
  drainEvents(into: Float64Array): number
  /** Test knob: the `countdown`-th allocation, read, or access to a spill file fails, or every one from there on. */
  faultInjection(kind: string, countdown: number, forever: boolean): void
  /** A new named segment of zeros, mapped; the buffer unmaps it when it is collected or detached. */
  sharedMemoryCreate(name: string, bytes: number): ArrayBuffer
  sharedMemoryAttach(name: string): ArrayBuffer
  /** False when there was no such segment. */
  sharedMemoryUnlink(name: string): boolean
  /** Unmaps the segment now. */
  sharedMemoryDetach(buffer: ArrayBuffer): void
  /** Blocks this thread while the word has the value; false when `ms` ran out. */
  waitWord(words: Int32Array, index: number, value: number, ms: number): boolean
  /**
   * The same on a thread of the engine; null when too many wait. For the main thread only: Node crashes when a worker
   * ends while a native thread calls it (nodejs/node#65100).
   */
  waitWordAsync(words: Int32Array, index: number, value: number, ms: number): Promise<boolean> | null
  /** Wakes all who wait for the word, in every process. */
  wakeWord(words: Int32Array, index: number): void
}

let loaded: Binding | undefined

/** The addon, loaded at the first call. Throws ERR_NATIVE_LOAD, which says what was tried and what to do. */
export function native(): Binding {
  loaded ??= load()
  return loaded
}

function load(): Binding {
  const require = createRequire(ownFolder)
  const tried: string[] = []
  let cause: unknown
  for (const path of candidates()) {
    try {
      if (!existsSync(path)) throw new Error('no such file')
      return checked(require(path) as Binding)
    } catch (error) {
      cause = error
      tried.push(`${path}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new MillraceError('ERR_NATIVE_LOAD', failureMessage(tried), { hint: remedies(), cause })
}

/** An explicit path alone; else what was compiled here on purpose; else the binary that came with the package. */
function candidates(): string[] {
  const explicit = process.env.MILLRACE_BINDING
  if (explicit) return [resolve(explicit)]
  const libcTag = process.platform === 'linux' ? `.${libc()}` : ''
  return [
    'build/Release/millrace.node',
    'native/build/Release/millrace.node',
    `prebuilds/${process.platform}-${process.arch}/millrace${libcTag}.node`,
  ].map(path => fileURLToPath(new URL(`../${path}`, ownFolder)))
}

function checked(binding: Binding): Binding {
  const { abi, planVersion } = binding.engineInfo()
  if (abi === ABI && planVersion === PLAN_VERSION) return binding
  throw new Error(
    `is of another version (ABI ${abi}, plan ${planVersion}; needed ABI ${ABI}, plan ${PLAN_VERSION})`,
  )
}

/** The C library that this Node runs on. The report is the slow way (milliseconds) and the one without /proc. */
function libc(): 'glibc' | 'musl' {
  try {
    return readFileSync('/proc/self/maps', 'latin1').includes('ld-musl') ? 'musl' : 'glibc'
  } catch {
    const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean }
    report.excludeNetwork = true
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } }
    return header?.glibcVersionRuntime ? 'glibc' : 'musl'
  }
}

function failureMessage(tried: string[]): string {
  const system = process.platform === 'linux' ? `linux (${libc()})` : process.platform
  const where = `${system} ${process.arch}, Node ${process.versions.node}`
  return `the native addon of millrace could not be loaded on ${where}; tried:\n${tried.map(line => `    ${line}`).join('\n')}`
}

function remedies(): string {
  if (process.env.MILLRACE_BINDING) return 'MILLRACE_BINDING names that file: correct it or unset it'
  if (isBundled)
    return 'a bundler has taken millrace away from its binary: leave it external (esbuild --external:millrace)'
  return [
    'one of these:',
    'install the package again on this system (node_modules copied from another system or libc lacks its binary)',
    'use Node 20.19 or later',
    'compile it: npm install node-gyp node-addon-api && npx node-gyp rebuild --directory=node_modules/millrace/native',
  ].join('\n    - ')
}
