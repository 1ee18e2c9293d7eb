// npm run bench [-- name --scale small|full --peers ...]: builds what is missing, then runs the benchmarks.
import { build } from './build.mjs'
import { run } from './process.mjs'

build()
run(process.execPath, ['bench/run.mjs', ...process.argv.slice(2)])
