#!/usr/bin/env node
// What prebuildify runs in place of `node-gyp rebuild`, in its own working folder: hands it the addon already built,
// as a copy, because prebuildify strips and moves what it finds.
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './process.mjs'

mkdirSync(join('build', 'Release'), { recursive: true })
copyFileSync(join(root, 'build', 'Release', 'millrace.node'), join('build', 'Release', 'millrace.node'))
