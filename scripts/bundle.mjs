// Joins the compiled modules into dist/bundle, the JavaScript that is published: a hundred small files take Node four
// times as long to import as one (60 against 14 ms). tsc's own files stay beside it for their types and for tests of
// internals.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, transform } from 'esbuild'
import { rolldown } from 'rolldown'
import { root } from './process.mjs'

// What children import in a program that has millrace inside a bundle of its own, where no file of it can be found.
const children = await build({
  entryPoints: [join(root, 'dist', 'pool', 'process', 'child-modules.js')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  charset: 'ascii',
  minifyWhitespace: true,
  minifySyntax: true, // names stay: errors show them
  write: false,
})
const childProgram = `export const childProgram = ${JSON.stringify(children.outputFiles[0].text)}\n`
writeFileSync(join(root, 'dist', 'pool', 'process', 'child-program.js'), childProgram)

const bundle = await rolldown({
  cwd: root,
  input: {
    index: 'dist/index.js',
    kinds: 'dist/pool/sync/kinds.js', // what a worker imports to unpack shared objects
    'child-main': 'dist/pool/process/child-main.js',
  },
  platform: 'node',
  external: /^node:/,
})
const { output } = await bundle.write({
  dir: join(root, 'dist', 'bundle'), // one folder below dist, and flat: lib/core/own-folder.ts counts on it
  format: 'es',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  minify: false, // stack traces stay readable
})
await bundle.close()

// A source of ASCII alone is half as large to V8, which reads any other as UTF-16.
for (const { fileName } of output) {
  const path = join(root, 'dist', 'bundle', fileName)
  const { code } = await transform(readFileSync(path, 'utf8'), { charset: 'ascii', legalComments: 'none' })
  writeFileSync(path, withOwnNames(code))
}

// What rolldown writes as `var X = class X {` has a second name in esbuild, `class X2 {`, which errors and console.log show.
function withOwnNames(code) {
  const second = new Map(
    [...code.matchAll(/^var (\w+) = class (\1\d+)\b/gm)].map(([, own, other]) => [other, own]),
  )
  return code.replace(/\b\w+\d\b/g, name => second.get(name) ?? name)
}
