// Prints the files of sources.txt for gyp, each behind the given prefix: gyp wants the paths that a command prints
// relative to the .gyp file that includes addon.gypi, which is not always this folder.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const prefix = process.argv[2] ?? ''
const lines = readFileSync(join(__dirname, 'sources.txt'), 'utf8').split('\n')
for (const line of lines) if (line !== '' && !line.startsWith('#')) console.log(prefix + line)
