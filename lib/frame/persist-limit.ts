import { callSite, fromNative, invalidArgument, MillraceError } from '../core/errors.js'
import { byteSize } from '../core/options.js'
import { type FrameHandle, native } from '../native.js'
import { isReleased } from '../plan/step/memory-scan.js'
import { planOf } from './data-frame.js'
import type { DataFrame } from './frame-methods.js'
import { applyPersistDefault } from './run.js'

/**
 * Limits the memory that all persisted frames of this process take together: bytes, or text such as '2GB'. What is more
 * goes to disk, chunks that were read the longest ago first, and is read back where a query needs it. Until this is
 * called MILLRACE_PERSIST_LIMIT counts, or half of the memory that the process may use (its cgroup's, or the machine's).
 * DuckDB: `SET memory_limit`. Dask: `memory_limit` of a worker.
 *
 * Settles when what is too much has gone. Rejects with ERR_MEMORY_LIMIT where it cannot, as frames were persisted with
 * `spill: 'never'` or the disk is full: the limit then holds for what is persisted from now on.
 *
 * @example await setPersistLimit('2GB')
 */
export async function setPersistLimit(limit: number | string): Promise<void> {
  const site = callSite(setPersistLimit)
  try {
    await native().setPersistLimit(byteSize(limit, 'the limit of persisted frames'))
  } catch (error) {
    throw fromNative(error, site)
  }
}

/** What persisted frames take. */
export interface PersistStats {
  readonly memoryBytes: number
  /** In files; some of it may be in memory too. */
  readonly diskBytes: number
}

/**
 * What one persisted frame takes in memory and on disk; without a frame, all of the process, and their limit. Costs
 * nothing. Throws ERR_INVALID_ARGUMENT for a frame that `persist` did not give, ERR_FRAME_DISPOSED for one that is
 * disposed of. pandas: `df.memory_usage()`. Polars: `df.estimated_size()`.
 *
 * @example
 * await using hot = await df.persist()
 * const { memoryBytes, diskBytes } = persistStats(hot)
 */
export function persistStats(): PersistStats & { readonly limitBytes: number }
export function persistStats(frame: DataFrame): PersistStats
export function persistStats(frame?: DataFrame): PersistStats {
  applyPersistDefault()
  if (frame === undefined) return native().persistInfo()
  const plan = planOf(frame)
  if (plan?.kind === 'memoryScan') {
    if (isReleased(plan)) {
      throw new MillraceError('ERR_FRAME_DISPOSED', 'This frame has been disposed of: it takes nothing', {
        hint: 'ask before it is disposed of',
      })
    }
    const { memoryBytes, diskBytes } = native().frameInfo(plan.handle as FrameHandle)
    if (memoryBytes !== undefined && diskBytes !== undefined) return { memoryBytes, diskBytes }
  }
  const hint = 'persist it first: const hot = await df.persist(); a step on top of it is a new frame'
  throw invalidArgument('a frame that persist() gave', 'persistStats', frame, hint)
}
