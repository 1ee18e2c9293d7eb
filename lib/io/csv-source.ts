// Where CSV comes from: what the caller wrote, as absolute paths or as bytes.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { invalidArgument, MillraceError } from '../core/errors.js'
import { glob, hasMagic } from './glob.js'

/** A path or glob, a list of them, a `file:` URL, or the bytes themselves. */
export type CsvInput = string | URL | Uint8Array | readonly (string | URL)[]

export interface ResolvedInput {
  readonly files?: readonly string[]
  readonly bytes?: Uint8Array
  /** For explain and the repr. */
  readonly label: string
}

/** Throws ERR_FILE_NOT_FOUND for a glob without matches; plain paths are for the engine to open. */
export function resolveInput(input: unknown): ResolvedInput {
  if (input instanceof Uint8Array) {
    return { bytes: input, label: `${input.byteLength.toLocaleString('en-US')} bytes` }
  }
  const items = Array.isArray(input) ? input : [input]
  if (items.length === 0) throw invalidArgument('at least one path', 'readCsv', input)
  const files = items.flatMap(resolveItem)
  return { files, label: labelOf(items) }
}

function resolveItem(item: unknown): string[] {
  if (item instanceof URL) return [fromUrl(item)]
  if (typeof item !== 'string') {
    throw invalidArgument('a path, a glob, a file: URL, bytes, or a list of paths', 'readCsv', item)
  }
  if (item === '') throw invalidArgument('a path', 'readCsv', item)
  if (item.includes('\0')) throw invalidArgument('a path without NUL characters', 'readCsv', item)
  if (/^file:\/\//i.test(item)) return [fromUrl(new URL(item))]
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(item)) {
    throw invalidArgument(
      'a local path or file: URL',
      'readCsv',
      item,
      'fetch it first and pass the bytes: new Uint8Array(await response.arrayBuffer())',
    )
  }
  const path = resolve(item)
  // A file whose name happens to have brackets is that file.
  if (!hasMagic(item) || existsSync(path)) return [path]
  const matches = glob(item)
  if (matches.length > 0) return matches
  throw new MillraceError('ERR_FILE_NOT_FOUND', `No file matches ${JSON.stringify(item)}`, {
    file: item,
    hint: `searched in ${searchedFolder(item)}; * and ? match within a name, ** any folders, [a-z] a character, {a,b} either`,
  })
}

function fromUrl(url: URL): string {
  if (url.protocol !== 'file:') throw invalidArgument('a file: URL', 'readCsv', url.href)
  try {
    return fileURLToPath(url)
  } catch (error) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', `${url.href} is not the URL of a local file`, {
      cause: error,
    })
  }
}

// The folder above the first part that is a pattern.
function searchedFolder(pattern: string): string {
  const parts = pattern.split('/')
  return resolve(parts.slice(0, parts.findIndex(hasMagic)).join('/') || (pattern.startsWith('/') ? '/' : '.'))
}

function labelOf(items: readonly unknown[]): string {
  const names = items.map(item => (item instanceof URL ? item.href : String(item)))
  return names.length <= 2 ? names.join(', ') : `${names[0]}, … ${names.length - 1} more`
}
