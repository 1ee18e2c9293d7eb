// npm run demo [-- options]: builds what is missing, then runs the main job; bench/demo.mjs explains the options.
import { build } from './build.mjs'
import { run } from './process.mjs'

build()
run(process.execPath, ['bench/demo.mjs', ...process.argv.slice(2)], { cwd: undefined })
