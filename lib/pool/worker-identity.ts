interface OwnGlobals {
  millraceWorker?: {
    readonly workerId: number
    readonly importing: () => boolean
    readonly currentTask: () => unknown
  }
}

const key = Symbol.for('millrace.worker')

function own(): OwnGlobals['millraceWorker'] {
  return (globalThis as { [key: symbol]: OwnGlobals['millraceWorker'] })[key]
}

/** True in a worker of a Pool. Python's `parent_process() is not None`. */
export const isWorker: boolean = own() !== undefined

/** 1 for the first worker of its pool, and so on; 0 elsewhere. Python's `current_process()._identity`. */
export const workerId: number = own()?.workerId ?? 0

/** A task module is being loaded in this thread. */
export function importing(): boolean {
  return own()?.importing() ?? false
}

/** The task that runs in this worker; undefined elsewhere. */
export function currentTask<S = unknown>(): import('./worker/task-context.js').TaskContext<S> | undefined {
  return own()?.currentTask() as never
}
