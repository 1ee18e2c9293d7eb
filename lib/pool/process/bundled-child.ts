/** How children start in a program that a bundler has put millrace into: from a text, as no file lies beside it. */
import { childProgram } from './child-program.js'
import { type StartMessage, startKey } from './start-message.js'

let url: string | undefined

/** What to import for `unpack` and `runChild`. */
export function childModules(): string {
  url ??= `data:text/javascript,${encodeURIComponent(childProgram)}`
  return url
}

/** Begins a process, which gets its BundledStart as the first message. */
export const processBoot =
  "process.once('message', ({ modules, message }) => void import(modules).then(child => child.runChild(message)))"

/** Begins a thread, which has its BundledStart in its workerData. */
export const threadBoot = `{
  const { modules, ['${startKey}']: message } = require('node:worker_threads').workerData
  void import(modules).then(child => child.runChild(message))
}`

export interface BundledStart {
  readonly modules: string
  readonly message: StartMessage
}
