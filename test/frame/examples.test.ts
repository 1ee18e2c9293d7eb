// Every @example of the public documentation compiles and runs, on a frame with all the columns that they speak of.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-examples-'))
const home = process.cwd()

/** The code behind each @example: the rest of its line, or the lines up to the next tag or the end of the comment. */
function examplesIn(text: string): string[] {
  const code: string[] = []
  for (const [comment] of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const lines = comment
      .replace(/\*\/$/, '')
      .split('\n')
      .map(line => line.replace(/^\s*\/?\*+ ?/, ''))
    for (const part of lines.join('\n').split('@example').slice(1))
      code.push(part.split(/^@\w+|\n\n/m)[0]!.trim())
  }
  return code
}

const examples = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  // Those of pool/sync and pool/process are programs of their own, in test/pool/sync.
  .filter(file => file.endsWith('.ts') && !/^pool.(sync|process)/.test(file))
  .flatMap(file => examplesIn(readFileSync(join(root, 'lib', file), 'utf8')).map(code => ({ file, code })))

const isExpression = (code: string) => /^(await )?(df|table|JSON)\b/.test(code)
const body = (code: string) => (isExpression(code) ? `return ${code}` : code)

const program = `
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { asc, coalesce, col, concatStr, count, cpuCount, dateRange, desc, fromArrow, fromColumns, fromObjects, importTasks, lit, map, MillraceError, Pool, persistStats, range, readCsv, rowNumber, setPersistLimit, task, when } from 'millrace'
export const unused = [createReadStream, asc, coalesce, col, concatStr, count, cpuCount, dateRange, desc, fromArrow, fromColumns, fromObjects, importTasks, lit, map, MillraceError, Pool, persistStats, range, readCsv, rowNumber, setPersistLimit, task, when, writeFile]
const n = [1.5, -2, 3]
const s = ['AAPL', 'MSFT', 'AAPL']
const b = [true, false, true]
export const df = fromColumns(
  {
    Date: ['2020-01-01', '2020-01-01', '2020-12-31'], Ticker: s, Open: [1, null, 3], High: n, Low: n, Close: n,
    'Adj Close': n, Volume: [1n, null, 3n], At: ['2020-01-01T10:00', '2020-01-01T11:00', '2020-01-02'], Up: b, Down: b,
    Halted: b, Ratio: n, Nick: ['a', null, 'c'], Name: s, Path: s, File: s, Host: s, Old: n, New: n, Change: n, Price: n,
    Millis: n, Gain: n, Area: n, Rate: n, Size: n, Year: [2019n, 2020n, 2021n], Id: [1n, 2n, 3n], x: n,
  },
  { schema: { Date: 'date', At: 'timestamp[us]' } },
)
export const table = await df.compute()
export const send = (_rows: unknown) => {}
export const programs: (() => Promise<unknown>)[] = [
${examples.map(({ code }) => `  async () => {\n${body(code)}\n},`).join('\n')}
]
`

let programs: (() => Promise<unknown>)[]
beforeAll(async () => {
  for (const name of ['prices.csv', 'prices-1.csv']) {
    writeFileSync(join(folder, name), 'Date,Open,Close\n2020-01-01,1,2\n')
  }
  const opens = tableFromArrays({ Date: ['2020-01-01'], Open: [1], Close: [2] })
  writeFileSync(join(folder, 'prices.arrow'), tableToIPC(opens, 'file'))
  writeFileSync(join(folder, 'program.ts'), program)
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    strict: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: { millrace: [join(root, 'dist/index.d.ts')] },
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    })
  } catch (error) {
    throw new Error(`an example does not compile:\n${(error as { stdout: string }).stdout}`)
  }
  const compiled = join(folder, 'program.js')
  const entry = pathToFileURL(join(root, 'dist/bundle/index.js')).href
  writeFileSync(compiled, readFileSync(compiled, 'utf8').replace("'millrace'", `'${entry}'`))
  process.chdir(folder)
  const module: { programs: typeof programs } = await import(/* @vite-ignore */ pathToFileURL(compiled).href)
  programs = module.programs
})
afterAll(() => {
  process.chdir(home)
  rmSync(folder, { recursive: true })
})

test.each(examples.map(({ file, code }, i) => [i, file, code] as const))(
  '%i %s: %s',
  async (i, _file, _code) => {
    vi.spyOn(console, 'log').mockImplementation(() => {})
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    const result = await programs[i]!()
    const frame = result as { compute?: () => Promise<{ length: number }> } | undefined
    const rows = typeof frame?.compute === 'function' ? (await frame.compute()).length : 0
    vi.restoreAllMocks()
    expect(rows).toBeGreaterThanOrEqual(0)
  },
)

test('there are many examples', () => {
  expect(examples.length).toBeGreaterThan(120)
})
