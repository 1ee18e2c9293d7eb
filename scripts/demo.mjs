// npm run demo [-- options]: builds what is missing, then runs the main job; bench/demo.mjs explains the options.
import { join } from 'node:path'
import { build } from './build.mjs'
import { root, run } from './process.mjs'

build()
// A relative path of the user's is relative to where npm was started, which is not always here.
const cwd = process.env.INIT_CWD ?? process.cwd()
run(process.execPath, [join(root, 'bench', 'demo.mjs'), ...process.argv.slice(2)], { cwd })
