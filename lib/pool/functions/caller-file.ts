// Whose code called us: what relative imports of an inline function mean, and where its text stands.
import { readFileSync } from 'node:fs'
import { isAbsolute, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ownFiles } from '../../core/own-folder.js'

/** URL of the nearest file on the stack that is not millrace's own; the working directory where there is none. */
export function callerFile(): string {
  for (const file of stackFiles()) {
    const url = fileUrl(file)
    if (url && !url.startsWith(ownFiles)) return url
  }
  return pathToFileURL(`${process.cwd()}${sep}[eval]`).href
}

function stackFiles(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = 30
    Error.prepareStackTrace = (_, frames) =>
      frames.map(frame => frame.getFileName() ?? frame.getEvalOrigin() ?? '')
    const holder: { stack?: unknown } = {}
    Error.captureStackTrace(holder, stackFiles)
    return (holder.stack as unknown as string[] | undefined) ?? []
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
}

function fileUrl(file: string): string | undefined {
  if (file.startsWith('file:')) return file.replace(/[?#].*$/, '')
  return isAbsolute(file) ? pathToFileURL(file).href : undefined
}

/** Where `source` stands in the file, 0-based; undefined when the file was transformed before it ran. */
export function positionInFile(url: string, source: string): { line: number; column: number } | undefined {
  let text: string
  try {
    text = readFileSync(fileURLToPath(url), 'utf8')
  } catch {
    return undefined
  }
  const index = text.indexOf(source)
  if (index < 0) return undefined
  const before = text.slice(0, index)
  return { line: before.split('\n').length - 1, column: index - (before.lastIndexOf('\n') + 1) }
}
