import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Undefined in a bundle of CommonJS, and no file in evaluated code: nothing of ours lies beside those. */
const ownUrl = import.meta.url as string | undefined
const base = ownUrl?.startsWith('file:') ? ownUrl : pathToFileURL(process.argv[1] ?? `${process.cwd()}/`)

/**
 * The folder of what is compiled from lib/, with a slash at its end. A build joins the modules into few files one folder
 * down (`dist/bundle`), as deep as this one lies, so the answer is the same from there.
 */
export const ownFolder = new URL('..', base)

/** A module that the build has made an entry of its own (scripts/bundle.mjs), for another thread or process to load. */
export const entryUrl = (name: 'kinds' | 'child-main'): URL => new URL(`bundle/${name}.js`, ownFolder)

/** The program has millrace inside a file of its own: a bundler put it there, and nothing of ours lies beside it. */
export const isBundled: boolean = !existsSync(entryUrl('kinds'))

/** How URLs of our own files begin, on stacks. In a bundle the program's own code is in the same file: none does. */
export const ownFiles: string = isBundled ? 'millrace:' : ownFolder.href
