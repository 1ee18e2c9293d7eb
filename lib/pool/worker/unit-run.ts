import type { Board } from './board.js'
import type { Message } from './protocol.js'
import type { UnitContext } from './task-context.js'

/** What a unit needs of the worker that runs it. */
export interface UnitRun {
  readonly unit: number
  /** The job that the unit belongs to; 0 for none. */
  readonly job: number
  readonly board: Board
  readonly concurrency: number
  readonly context: UnitContext
  send(message: Message): void
  flush(): void
  /** Called when the worker ends in the middle of the unit: what is finished gets reported. */
  atExit: (() => void) | undefined
}
