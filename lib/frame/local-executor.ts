import type {
  Executor,
  HeldBatch,
  QueryRequest,
  QueryResult,
  RunningQuery,
  StreamingQuery,
} from '../core/executor.js'
import { type Binding, type NativeHeldBatch, native } from '../native.js'
import { sharedColumn } from './shared-column.js'

/** Runs queries on this process's own engine. */
export const localExecutor: Executor = Object.freeze({
  name: 'local',

  run({ plan, handles }: QueryRequest, watched: boolean): RunningQuery {
    const binding = native()
    const { query, promise, result } = binding.execute(JSON.stringify(plan), [...handles], watched)
    if (result) return doneAlready(result)
    collectResults(binding)
    return {
      result: promise,
      cancel: () => binding.queryCancel(query),
      progress: () => binding.queryProgress(query),
    }
  },

  stream({ plan, handles }: QueryRequest): StreamingQuery {
    const binding = native()
    const { query, promise, result } = binding.execute(JSON.stringify(plan), [...handles], true)
    if (result) throw new Error('a stream has no result of its own')
    // What goes wrong comes through next() as well.
    promise.catch(() => {})
    return {
      next: () => binding.queryNext(query),
      async nextHeld() {
        const batch = await binding.queryNextFrame(query)
        return batch && heldBatch(batch)
      },
      cancel: () => binding.queryCancel(query),
      progress: () => binding.queryProgress(query),
    }
  },
})

const collectAgainMs = 15

/**
 * A large result that nobody holds any more is freed while the next query runs, which then has its memory: fresh memory
 * costs up to a second a gigabyte. V8 by itself looks for it when the next result comes, which is too late, and a loop over
 * large results would hold two or three of them. It may be looking just now, since the last result came, which it finds held
 * therefore: so it is asked again, before a long query needs memory for its result.
 */
function collectResults(binding: Binding): void {
  if (binding.collectResults(false)) setTimeout(() => binding.collectResults(true), collectAgainMs).unref()
}

function heldBatch({ rows, bytes, frame }: NativeHeldBatch): HeldBatch {
  return {
    rows,
    bytes,
    async write(memory) {
      const binding = native()
      try {
        const places = await binding.frameWrite(frame, new Uint8Array(memory))
        return places.map(place => sharedColumn(memory, place, rows))
      } finally {
        binding.frameRelease(frame)
      }
    },
  }
}

// A query too small to be worth a thread.
function doneAlready(result: QueryResult): RunningQuery {
  const { rowsScanned, peakBytes } = result.stats
  return {
    result: Promise.resolve(result),
    done: true,
    cancel() {},
    progress: () => ({
      bytesDone: 0,
      bytesTotal: 0,
      rowsDone: rowsScanned,
      tasksDone: 1,
      tasksTotal: 1,
      memoryBytes: 0,
      memoryPeakBytes: peakBytes,
    }),
  }
}
