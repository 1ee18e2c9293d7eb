import type { QueryProgress, RunningQuery } from '../../core/executor.js'
import { ProgressBar } from '../../core/progress-bar.js'

const samplesPerSecond = 10

export interface ProgressWatch {
  /** What the caller's onProgress threw: it ends the query. */
  readonly failure: { error: unknown } | undefined
  stop(): void
}

interface Watched {
  readonly progress?: boolean
  readonly onProgress?: (progress: QueryProgress) => void
}

/** Whether watchProgress would ask a query how far it is. */
export function isWatched({ progress, onProgress }: Watched): boolean {
  return progress === true || onProgress !== undefined
}

/** Samples a query ten times a second. Its timer never keeps the process alive. */
export function watchProgress(query: RunningQuery, watched: Watched): ProgressWatch {
  if (!isWatched(watched)) return { failure: undefined, stop() {} }
  const { progress, onProgress } = watched
  const bar = progress ? new ProgressBar(process.stderr) : undefined
  let failure: { error: unknown } | undefined
  const sample = () => {
    if (failure) return
    const now = query.progress()
    bar?.update(now)
    try {
      onProgress?.(now)
    } catch (error) {
      failure = { error }
      query.cancel()
    }
  }
  const timer = setInterval(sample, 1000 / samplesPerSecond)
  timer.unref()
  return {
    get failure() {
      return failure
    },
    stop() {
      clearInterval(timer)
      sample()
      bar?.finish(query.progress())
    },
  }
}
