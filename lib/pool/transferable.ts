import type { WorkerOptions } from 'node:worker_threads'

/** What a message can move instead of copying it. Node's types have called it by several names of their own. */
export type Transferable = NonNullable<WorkerOptions['transferList']>[number]
