// What the checker works for common programs over a schema of 200 columns, in type instantiations: a number that does not
// depend on the machine. A budget that grows tenfold is an editor that hangs. What every program pays once, the methods
// of a frame looked at for the first time, is in the floor: it uses each method on a small frame.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-types-'))
afterAll(() => rmSync(folder, { recursive: true }))

const dtypes = ['float64', 'float64?', 'int64', 'int64?', 'utf8', 'date', 'bool?', 'timestamp[us]']
const schema = Array.from({ length: 200 }, (_, i) => `c${i}: '${dtypes[i % dtypes.length]}'`).join(', ')
const programs = {
  filter: (df: string, c: string) => `${df}.filter(${df}.${c}.gt(0))`,
  select: (df: string, c: string) => `${df}.select('${c}')`,
  withColumns: (df: string, c: string) =>
    `${df}.withColumns(c => ({ a: c.${c}.add(c.${c}), b: c.${c}.gt(0), d: c.${c}.round(2) }))`,
  column: (df: string, c: string) => `${df}.groupBy('${c}').d.mean()`,
  agg: (df: string, c: string) =>
    `${df}.groupBy('${c}').agg(c => ({ a: c.d.mean(), b: c.d.max(), n: count() }))`,
  sortBy: (df: string, c: string) => `${df}.sortBy('${c}', desc('${c}'))`,
  join: (df: string, _: string) => `${df}.join(small, { on: 'd', how: 'left' })`,
  compute: (df: string, c: string) => `async () => (await ${df}.compute()).${c}.values`,
}

const base = `import { count, desc, readCsv } from 'millrace'
const small = readCsv('x.csv', { schema: { k: 'float64', d: 'float64' } })
export const warm = [${Object.values(programs)
  .map(program => program('small', 'k'))
  .join(', ')}]
export const df = readCsv('x.csv', { schema: { ${schema}, d: 'float64' } })
void df.filter
`

interface Outcome {
  instantiations: number
  errors: string[]
}

function check(name: string, program: string): Outcome {
  const project = join(folder, name)
  mkdirSync(project)
  writeFileSync(join(project, 'program.ts'), base + program)
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: { millrace: [join(root, 'dist/index.d.ts')] },
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['program.ts'] }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  let output: string
  try {
    output = execFileSync(
      process.execPath,
      [tsc, '-p', project, '--extendedDiagnostics', '--singleThreaded', '--pretty', 'false'],
      {
        encoding: 'utf8',
      },
    )
  } catch (error) {
    output = (error as { stdout: string }).stdout
  }
  return {
    instantiations: Number(/Instantiations:\s+(\d+)/.exec(output)![1]),
    errors: output.split('\n').filter(line => /error TS/.test(line)),
  }
}

let floor: Outcome
beforeAll(() => {
  floor = check('base', '')
  expect(floor.errors).toEqual([])
})

const chain = Array.from({ length: 25 }, (_, i) => `.filter(c => c.c${i * 8}.gt(${i}))`).join('')
const budgets: [name: string, program: string, budget: number][] = [
  ['filter', programs.filter('df', 'c0'), 150],
  ['select', programs.select('df', 'c0'), 300],
  ['withColumns', programs.withColumns('df', 'c0'), 600],
  ['a grouped column', programs.column('df', 'c4'), 800],
  ['agg', programs.agg('df', 'c4'), 800],
  ['sortBy', programs.sortBy('df', 'c0'), 600],
  ['join', programs.join('df', 'c0'), 2_500],
  ['a join in which 200 names clash', "df.join(df, { on: 'c0', how: 'left' })", 12_000],
  ['compute', programs.compute('df', 'c0'), 300],
  [
    'an array of different frames',
    "[df.select('c0'), df.select('c1'), df.drop('c2'), df.groupBy('c4').d.mean(), df.head()]",
    8_000,
  ],
  [
    'a frame of the same columns assigned',
    '((frame: typeof df) => frame)(df.withColumns(c => ({ c4: c.c4.str.toUpper() })))',
    12_000,
  ],
  ['a chain of 25 filters', `df${chain}`, 3_000],
]

test.each(budgets)('%s stays within its budget', (name, program, budget) => {
  const outcome = check(name, `export const out = ${program}`)
  expect(outcome.errors).toEqual([])
  const cost = outcome.instantiations - floor.instantiations
  expect(cost).toBeGreaterThan(0)
  expect(cost).toBeLessThanOrEqual(budget)
})

test.each([
  ['a misspelt column', "df.select('cx')", 300],
  ['a misspelt column in a callback', 'df.filter(c => c.cx.gt(0))', 150],
  ['a misspelt key', "df.groupBy('cx').agg(c => ({ a: c.c0.mean() }))", 800],
  ['a misspelt column of groups', "df.groupBy('c4').cx.mean()", 800],
])('%s is one short error and costs at most ten times the right one', (name, program, budget) => {
  const outcome = check(name, `export const out = ${program}`)
  expect(outcome.errors).toHaveLength(1)
  expect(outcome.errors[0]!.length).toBeLessThan(600)
  expect(outcome.instantiations - floor.instantiations).toBeLessThanOrEqual(budget * 10)
})
