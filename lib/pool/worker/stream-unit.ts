import { encodeThrown } from '../error-codec/encode-error.js'
import type { Callable } from '../functions/load-function.js'
import * as p from './protocol.js'
import type { UnitRun } from './unit-run.js'

export interface RunningStream {
  /** The pool has room for that many more values. */
  credit(n: number): void
  /** The reader has gone: the generator is closed, its `finally` blocks run. */
  stop(): void
  readonly ended: Promise<void>
}

/** Pulls a generator as fast as the reader takes the values. */
export function runStream(
  fn: Callable,
  args: readonly unknown[],
  credits: number,
  run: UnitRun,
): RunningStream {
  let room = credits
  let stopped = false
  let wake: (() => void) | undefined
  const change = () => {
    wake?.()
    wake = undefined
  }

  async function pump(): Promise<void> {
    try {
      const values = await fn(...args)
      for await (const value of iterable(values)) {
        if (stopped) break
        room--
        run.send([p.streamed, run.unit, value])
        run.flush()
        while (room <= 0 && !stopped) {
          await new Promise<void>(resolve => {
            wake = resolve
          })
        }
        if (stopped) break
      }
      run.send([p.called, run.unit, undefined])
    } catch (error) {
      run.send([p.failed, run.unit, encodeThrown(error)])
    }
    run.flush()
  }

  return {
    credit(n) {
      room += n
      change()
    },
    stop() {
      stopped = true
      change()
    },
    ended: pump(),
  }
}

function iterable(value: unknown): Iterable<unknown> | AsyncIterable<unknown> {
  const made = value as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined
  if (made?.[Symbol.asyncIterator] || made?.[Symbol.iterator]) return made as Iterable<unknown>
  throw new TypeError('the function given to stream did not return something to iterate over: use function*')
}
