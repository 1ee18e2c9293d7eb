import { type ErrorFacts, MillraceError } from '../../core/errors.js'
import { TimeoutError } from '../errors.js'

/** What was waited for did not come in time. */
export function timeoutError(method: string, timeout: number | undefined): TimeoutError {
  return new TimeoutError(`${method} gave up after ${timeout} ms`)
}

export function notOwner(name: string): MillraceError {
  return new MillraceError('ERR_NOT_OWNER', `this thread does not hold the ${name} that it releases`, {
    hint: 'release where it was acquired; `using guard = await lock.acquire()` does so by itself',
  })
}

export function invalidState(message: string, hint?: string): MillraceError {
  return new MillraceError('ERR_INVALID_STATE', message, { hint })
}

class NamedError extends MillraceError {
  static {
    Object.defineProperty(NamedError.prototype, 'name', {
      get(this: Error) {
        return this.constructor.name
      },
      configurable: true,
    })
  }
}

/** ERR_QUEUE_FULL: no room came in time. Python's `queue.Full`. */
export class QueueFull extends NamedError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_QUEUE_FULL', message, facts)
  }
}

/** ERR_QUEUE_EMPTY: no item came in time. Python's `queue.Empty`. */
export class QueueEmpty extends NamedError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_QUEUE_EMPTY', message, facts)
  }
}

/** ERR_QUEUE_CLOSED: the queue takes no more items, or has given out the last one. Python's `queue.ShutDown`. */
export class QueueClosed extends NamedError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_QUEUE_CLOSED', message, facts)
  }
}

/** ERR_END_OF_PIPE: the other end is closed, or its thread has ended. Python's `EOFError` and `BrokenPipeError`. */
export class EndOfPipe extends NamedError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_END_OF_PIPE', message, facts)
  }
}

/** ERR_BUFFER_TOO_SHORT: the message is longer than what should hold it; it stays in the pipe. */
export class BufferTooShort extends NamedError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_BUFFER_TOO_SHORT', message, facts)
  }
}

/** ERR_BARRIER_BROKEN: a party gave up, aborted, reset or died. Python's `BrokenBarrierError`. */
export class BrokenBarrier extends NamedError {
  constructor(message: string, facts?: ErrorFacts) {
    super('ERR_BARRIER_BROKEN', message, facts)
  }
}
