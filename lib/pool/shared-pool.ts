import { installColumnFunctions } from './column-runner.js'
import { coreOf, Pool } from './pool.js'
import type { MapOptions } from './pool-options.js'
import type { PoolTask } from './pool-task.js'
import type { AnyIterable, Mapped, MapResult } from './pool-types.js'

let shared: Pool | undefined

function sharedPool(): Pool {
  shared ??= new Pool({ start: 'lazy', name: 'millrace map' })
  return shared
}

// Frames know nothing of pools: what runs functions over columns for them installs itself here.
installColumnFunctions(() => coreOf(sharedPool()))

/**
 * `Pool.map` on a pool of the process's own, with a worker a core; it starts at the first call, its workers end after a
 * minute without work, and it never keeps the process alive. loky's reusable executor.
 *
 * @example
 * const roots = await map(Math.sqrt, range(1_000))
 */
export function map<T, R, const O extends MapOptions = MapOptions>(
  fn: Mapped<T, R>,
  items: AnyIterable<T>,
  options?: O,
): PoolTask<MapResult<Awaited<R>, O>> {
  return sharedPool().map(fn, items, options)
}
