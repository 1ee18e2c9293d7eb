// npm test [-- vitest arguments]: builds what is missing, then runs the test suite. Without arguments it runs the
// engine's own tests too, where CMake is installed.
import { build } from './build.mjs'
import { nativeTests } from './native-tests.mjs'
import { onPath, runTool } from './process.mjs'

build()
const args = process.argv.slice(2)
if (args.length === 0) {
  if (onPath('cmake')) await nativeTests()
  else console.log('cmake is not installed: the engine is tested through the package only')
}
runTool('vitest/vitest.mjs', ['run', '--config', 'test/vitest.config.ts', ...args])
