import type { Executor, QueryRequest, RunningQuery, StreamingQuery } from '../core/executor.js'
import { native } from '../native.js'

/** Runs queries on this process's own engine. */
export const localExecutor: Executor = Object.freeze({
  name: 'local',

  run({ plan, handles }: QueryRequest): RunningQuery {
    const binding = native()
    const { query, promise } = binding.execute(JSON.stringify(plan), [...handles])
    return {
      result: promise,
      cancel: () => binding.queryCancel(query),
      progress: () => binding.queryProgress(query),
    }
  },

  stream({ plan, handles }: QueryRequest): StreamingQuery {
    const binding = native()
    const { query, promise } = binding.execute(JSON.stringify(plan), [...handles])
    // What goes wrong comes through next() as well.
    promise.catch(() => {})
    return {
      next: () => binding.queryNext(query),
      cancel: () => binding.queryCancel(query),
      progress: () => binding.queryProgress(query),
    }
  },
})
