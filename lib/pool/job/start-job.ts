import { invalidArgument } from '../../core/errors.js'
import { ProgressBar } from '../../core/progress-bar.js'
import { pythonChunkSize } from '../chunk-size.js'
import type { PoolCore } from '../pool-core.js'
import type { ImapOptions, MapOptions } from '../pool-options.js'
import type { PoolTask } from '../pool-task.js'
import type { ShippedHandle } from '../shipped-handle.js'
import type { UnitItems } from '../worker/protocol.js'
import { ChunkedJob } from './chunked-job.js'
import { OrderedSink, UnorderedSink } from './imap-sinks.js'
import { AsyncSource, type ItemSource, IterableSource, ListSource } from './item-source.js'
import type { Job } from './job.js'
import type { MapProgress, MapSettings } from './map-settings.js'
import { ResultQueue } from './result-queue.js'
import { ResultsSink } from './results-sink.js'
import { SharedMapJob } from './shared-map-job.js'

type AnyItems = Iterable<unknown> | AsyncIterable<unknown>
type Unresolved = Omit<MapSettings, 'chunkSize'> & { readonly chunkSize: number | 'auto' | 'python' }

/** The job of a map: over shared memory where items are numbers and workers are threads, else in messages. */
export function mapJob(
  core: PoolCore,
  fn: ShippedHandle,
  given: AnyItems,
  unresolved: Unresolved,
  resolve: (value: never) => void,
  reject: (error: unknown) => void,
): Job {
  // CPython's rule needs the length.
  const items =
    unresolved.chunkSize === 'python' && lengthOf(given) === undefined && isIterable(given)
      ? [...given]
      : given
  const length = lengthOf(items)
  const settings = resolved(unresolved, length, core)
  const sink = new ResultsSink(settings.onError, length, settings.returns, resolve, reject)
  const shared = shareableItems(items, core, settings)
  if (shared) return new SharedMapJob(core, fn, settings, sink, shared, core.slots)
  return new ChunkedJob(core, fn, settings, sink, sourceOf(items, settings.method))
}

export function imapJob(
  core: PoolCore,
  fn: ShippedHandle,
  items: AnyItems,
  unresolved: Unresolved,
  options: ImapOptions,
  ordered: boolean,
): { job: Job; output: ResultQueue<unknown> } {
  const settings = resolved(unresolved, lengthOf(items), core)
  const output = new ResultQueue<unknown>()
  const sink = ordered
    ? new OrderedSink(output, settings.onError)
    : new UnorderedSink(output, settings.onError)
  const buffer = options.buffer ?? 2 * core.slots * core.concurrency * (settings.chunkSize || 1)
  const job = new ChunkedJob(core, fn, settings, sink, sourceOf(items, settings.method), buffer)
  output.onRead = () => job.read(1)
  output.onReturn = () => job.stop()
  job.onEnd = watchProgress(job, options)
  return { job, output }
}

function resolved(settings: Unresolved, length: number | undefined, core: PoolCore): MapSettings {
  const { chunkSize } = settings
  if (typeof chunkSize === 'number') return { ...settings, chunkSize }
  if (chunkSize === 'auto' || length === undefined) return { ...settings, chunkSize: 0 }
  return { ...settings, chunkSize: Math.max(1, pythonChunkSize(length, core.options.max)) }
}

const isIterable = (items: unknown): items is Iterable<unknown> =>
  typeof (items as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === 'function'

function lengthOf(items: AnyItems): number | undefined {
  if (isList(items)) return items.length
  if (items instanceof Set || items instanceof Map) return items.size
  return undefined
}

function isList(items: unknown): items is UnitItems {
  return (
    Array.isArray(items) ||
    (ArrayBuffer.isView(items) && !(items instanceof DataView)) ||
    (typeof items === 'object' && items !== null && 'range' in items && items.range === true)
  )
}

/** The items as workers can see them all at once; undefined when they have to travel. */
function shareableItems(items: AnyItems, core: PoolCore, settings: MapSettings): UnitItems | undefined {
  const suits = core.context === 'threads' && core.concurrency === 1 && !settings.spread
  if (
    !suits ||
    !isList(items) ||
    items.length === 0 ||
    items.length >= 2 ** 31 ||
    settings.slot !== undefined
  )
    return undefined
  if ('range' in items) return { range: true, start: items.start, step: items.step, length: items.length }
  if (ArrayBuffer.isView(items)) return sharedView(items)
  return sharedNumbers(items as unknown[])
}

function sharedView(view: ArrayBufferView): UnitItems {
  if (view.buffer instanceof SharedArrayBuffer) return view as never
  const shared = new Uint8Array(new SharedArrayBuffer(view.byteLength))
  shared.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  // A small Buffer is a view into a slab; workers see plain bytes.
  const Made = (Buffer.isBuffer(view) ? Uint8Array : view.constructor) as new (
    buffer: SharedArrayBuffer,
  ) => never
  return new Made(shared.buffer)
}

/** An array of numbers alone; the first that is none ends the copying. */
function sharedNumbers(items: readonly unknown[]): UnitItems | undefined {
  if (typeof items[0] !== 'number' || typeof items[items.length - 1] !== 'number') return undefined
  const numbers = new Float64Array(new SharedArrayBuffer(items.length * 8))
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (typeof item !== 'number') return undefined
    numbers[i] = item
  }
  return numbers as never
}

function sourceOf(items: AnyItems, method: string): ItemSource {
  if (isList(items)) return new ListSource(items)
  if (typeof (items as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator] === 'function')
    return new AsyncSource(items as AsyncIterable<unknown>)
  if (isIterable(items)) return new IterableSource(items)
  throw invalidArgument('something to iterate over', `the items of ${method}`, items)
}

const samplesPerSecond = 10

/** Progress until the task ends, and once then. */
export function watched(job: Job, task: PoolTask<unknown>, options: MapOptions): void {
  const stop = watchProgress(job, options)
  if (stop) task.then(stop, stop)
}

function watchProgress(
  job: Job,
  { onProgress, progress }: Pick<MapOptions, 'onProgress' | 'progress'>,
): (() => void) | undefined {
  if (!onProgress && !progress) return undefined
  const bar = progress ? new ProgressBar(process.stderr, process.env, 'items') : undefined
  const sample = () => {
    const now = job.progress
    bar?.update(barProgress(now))
    tell(job, onProgress, now)
  }
  let stopped = false
  const timer = setInterval(sample, 1000 / samplesPerSecond)
  timer.unref()
  const stop = () => {
    if (stopped) return
    stopped = true
    clearInterval(timer)
    const now = job.progress
    bar?.finish(barProgress(now))
    tell(job, onProgress, now)
  }
  return stop
}

/** What onProgress throws ends the map. */
function tell(job: Job, onProgress: ((progress: MapProgress) => void) | undefined, now: MapProgress): void {
  try {
    onProgress?.(now)
  } catch (error) {
    job.abort(error)
  }
}

const barProgress = ({ done, total = 0 }: MapProgress) => ({
  bytesDone: 0,
  bytesTotal: 0,
  rowsDone: done,
  tasksDone: done,
  tasksTotal: total,
})
