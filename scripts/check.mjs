// npm run check: types, lint, formats and the import rules, with no compiled addon. With -- --fix it formats, and
// lists the files of native/ in sources.txt.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildTypeScript } from './build.mjs'
import { install } from './install.mjs'
import { attempt, onPath, root } from './process.mjs'

const fix = process.argv.includes('--fix')

if (fix)
  writeFileSync(join(root, 'native', 'sources.txt'), filesOf('native', /\.cc$/).join('\n').concat('\n'))
install()
buildTypeScript() // checks the types of lib/; test/ imports the outcome

const tool = (file, ...args) => [process.execPath, join('node_modules', file), ...args]
const checks = {
  'types of the tests': tool('typescript/bin/tsc', '-p', 'test'),
  'lint and format': tool('@biomejs/biome/bin/biome', 'check', ...(fix ? ['--write'] : [])),
  'import rules': tool('vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', 'layers', 'sources'),
}
if (onPath('clang-format')) {
  const mode = fix ? ['-i'] : ['--dry-run', '--Werror']
  checks['format of C++'] = ['clang-format', '--style=file:native/.clang-format', ...mode, ...cppFiles()]
} else {
  console.log('clang-format is not installed: the format of native/ is not checked')
}

const names = Object.keys(checks)
const failed = names.filter(name => {
  const [command, ...args] = checks[name]
  return attempt(command, args) !== 0
})
for (const name of failed) console.log(`failed: ${name}`)
console.log(`${names.length - failed.length} passed, ${failed.length} failed`)
process.exit(failed.length === 0 ? 0 : 1)

function cppFiles() {
  return ['native', 'test/native'].flatMap(folder =>
    filesOf(folder, /\.(cc|h)$/).map(file => join(folder, file)),
  )
}

function filesOf(folder, wanted) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => wanted.test(file) && !file.startsWith('build/'))
    .sort()
}
