import { entryUrl, isBundled } from '../core/own-folder.js'
import type { LinkEvents } from './link/link.js'
import { processLink } from './link/process-link.js'
import { threadLink } from './link/thread-link.js'
import type { ResolvedPoolOptions } from './pool-options.js'
import type { PoolWorker } from './pool-worker.js'
import { childModules } from './process/bundled-child.js'

/** Starts the thread or the process of a worker, with what it needs before its first unit. */
export function startWorker(worker: PoolWorker, options: ResolvedPoolOptions, events: LinkEvents): void {
  const make = options.context === 'threads' ? threadLink : processLink
  const setup = {
    workerId: worker.id,
    loader: options.loader,
    shareableUrl: isBundled ? childModules() : entryUrl('kinds').href,
    concurrency: options.concurrency,
    initializer: options.initializer,
    initArgs: worker.packed(options.initArgs) as readonly unknown[],
    finalizer: options.finalizer,
  }
  worker.link = make(setup, options.link, events)
}
