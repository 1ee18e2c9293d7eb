/** The file that a Process starts in a process or thread of its own. */
import { threadStart } from './current-process.js'
import { runChild } from './run-child.js'
import type { StartMessage } from './start-message.js'

const start = threadStart()
if (start) void runChild(start)
else process.once('message', message => void runChild(message as StartMessage))
