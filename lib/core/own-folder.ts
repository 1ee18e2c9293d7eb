/**
 * The folder of what is compiled from lib/, with a slash at its end. A build joins the modules into few files one folder
 * down (`dist/bundle`), as deep as this one lies, so the answer is the same from there.
 */
export const ownFolder = new URL('..', import.meta.url)

/** A module that the build has made an entry of its own (scripts/bundle.mjs), for another thread or process to load. */
export const entryUrl = (name: 'kinds' | 'child-main'): URL => new URL(`bundle/${name}.js`, ownFolder)
