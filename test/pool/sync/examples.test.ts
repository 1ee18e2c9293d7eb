// Every @example of what is between workers, and of Process, compiles, runs, and prints what its comments say.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as millrace from 'millrace'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-examples-'))

const examples = ['sync', 'process'].flatMap(part =>
  readdirSync(join(root, 'lib/pool', part)).flatMap(file => {
    const text = readFileSync(join(root, 'lib/pool', part, file), 'utf8')
    return [...text.matchAll(/@example\n([\s\S]*?)\n\s*\*\//g)].map(match => ({
      file,
      code: match[1]!.replace(/^\s*\* ?/gm, ''),
    }))
  }),
)

beforeAll(() => {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const names = Object.keys(millrace).join(', ')
  for (const [i, { code }] of examples.entries()) {
    const missing = code.includes("from 'millrace'") ? '' : `import { ${names} } from 'millrace'\n`
    writeFileSync(join(folder, `example-${i}.ts`), `${missing}${code}\n`)
  }
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    strict: true,
    types: ['node'],
    paths: { millrace: [join(root, 'dist/index.d.ts')] },
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    })
  } catch (error) {
    throw new Error(`an example does not compile:\n${(error as { stdout: string }).stdout}`)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each(examples.map(({ file, code }, i) => [i, file, code] as const))('%i %s: %s', (i, _file, code) => {
  const program = join(folder, `example-${i}.js`)
  const entry = new URL('../../../dist/bundle/index.js', import.meta.url).href
  writeFileSync(program, readFileSync(program, 'utf8').replace("'millrace'", `'${entry}'`))
  const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' }).split('\n')
  const promised = [...code.matchAll(/console\.log\(.*\/\/ (.+)$/gm)].map(match => match[1]!)
  expect(printed).toEqual(expect.arrayContaining(promised))
})

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(14)
})
