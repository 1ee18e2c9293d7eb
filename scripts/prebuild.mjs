// Makes prebuilds/<platform>-<arch>/millrace[.<libc>].node, stripped: the layout of prebuildify, which lib/native.ts
// reads. The addon uses Node-API alone, so the one that `npm run build` has made serves every Node version;
// prebuildify gets it from stage-addon.mjs instead of compiling everything a second time.
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { root } from './process.mjs'

build()

const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`)
const staging = join(root, 'build', 'prebuild')
const stage = join(root, 'scripts', 'stage-addon.mjs')
const linux = process.platform === 'linux'

rmSync(folder, { recursive: true, force: true })
mkdirSync(staging, { recursive: true })
const { default: prebuildify } = await import('prebuildify')
await new Promise((resolve, reject) => {
  const options = {
    name: 'millrace',
    cwd: staging,
    out: root,
    napi: true,
    targets: [process.versions.node],
    strip: true,
    tagLibc: linux,
    libc: linux && process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl',
    nodeGyp: process.platform === 'win32' ? `node "${stage}"` : stage,
  }
  prebuildify(options, error => (error ? reject(error) : resolve()))
})

for (const file of readdirSync(folder)) {
  const megabytes = statSync(join(folder, file)).size / 1e6
  console.log(`${join(folder, file)}: ${megabytes.toFixed(2)} MB`)
  // Past this size the eight platforms together are too much for one package.
  if (megabytes > 6)
    throw new Error(`${file} has outgrown the 6 MB that one package with every platform allows`)
}
