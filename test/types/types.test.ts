import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What tsc says of the type tests, under the options of a new project or of an old one. */
function errors(options: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-types-'))
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: { millrace: [join(root, 'dist/index.d.ts')] },
    ...options,
  }
  const files = ['frame', 'rows-in-context', 'dates'].map(name => join(root, `test/types/${name}.test-d.ts`))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  try {
    return execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    })
  } catch (error) {
    return (error as { stdout: string }).stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test.each([
  ['plain strict', {}],
  ['the strictest', { noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true }],
  ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
])('the type tests hold under %s options', (_name, options) => {
  expect(errors(options)).toBe('')
})
