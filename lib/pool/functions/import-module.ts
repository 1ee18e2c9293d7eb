// Task modules in the worker, TypeScript ones included. Imports nothing but Node.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

type Module = Readonly<Record<string, unknown>>

let loading = 0

/** A module is being imported in this thread: what it does at its top level runs now. */
export function isImporting(): boolean {
  return loading > 0
}

export async function importModule(url: string, loader: string): Promise<Module> {
  loading++
  try {
    if (isTypeScript(url)) await prepareTypeScript(url, loader)
    return await import(url)
  } finally {
    loading--
  }
}

const isTypeScript = (url: string): boolean => /\.[mc]?tsx?(?:[?#].*)?$/.test(url)

/** Node strips types by itself, or a loader (ts-node, swc) came along in the flags; that of tsx needs another start. */
function canReadTypeScript(): boolean {
  if ((process.features as { typescript?: unknown }).typescript) return true
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ')
  return /--experimental-strip-types|--experimental-transform-types|\b(?:ts-node|swc-node|esbuild-register|jiti)\b/.test(
    flags,
  )
}

const prepared = new Map<string, Promise<void>>()

/** A loader that is named is wanted even where Node strips types: for decorators, enums or paths. */
async function prepareTypeScript(url: string, loader: string): Promise<void> {
  if (loader === 'none' || (loader === 'auto' && canReadTypeScript())) return
  const key = loader === 'auto' ? new URL('.', url).href : loader
  let done = prepared.get(key)
  if (!done) {
    done = loader === 'auto' ? registerTsx(url) : importLoader(url, loader)
    prepared.set(key, done)
  }
  await done
}

let registered = false

async function registerTsx(url: string): Promise<void> {
  if (registered) return
  for (const from of [url, pathToFileURL(`${process.cwd()}/`).href]) {
    let folder: string
    try {
      folder = dirname(createRequire(from).resolve('tsx/package.json'))
    } catch {
      continue
    }
    // What `import 'tsx/cjs/api'` means; `require` would find the other half of the package. Both, because a task file
    // counts as CommonJS unless its package says otherwise.
    for (const kind of ['cjs', 'esm']) {
      const file = join(folder, 'dist', kind, 'api/index.mjs')
      const { register } = (await import(pathToFileURL(file).href)) as { register(): unknown }
      register()
    }
    registered = true
    return
  }
  throw new Error(
    `Node ${process.versions.node} cannot run TypeScript by itself and tsx is not installed; one of these: compile it to JavaScript, use Node 22.18 or later, or npm install tsx`,
  )
}

async function importLoader(url: string, loader: string): Promise<void> {
  await import(pathToFileURL(createRequire(url).resolve(loader)).href)
}
