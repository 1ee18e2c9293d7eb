import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Block {
  /** The heading that it stands under, for the name of its test. */
  title: string
  code: string
  /** The block marked `text output` that follows, which is what the program prints. */
  output: string | undefined
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The programs of README.md (blocks marked js), in reading order: later ones use the files that earlier ones wrote. */
export function readmeBlocks(): Block[] {
  const blocks: Block[] = []
  let title = ''
  for (const [, heading, language, info, code] of readme.matchAll(
    /^#+ (.+)$|^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm,
  )) {
    if (heading) title = heading
    else if (language === 'js') blocks.push({ title, code: code!, output: undefined })
    else if (language === 'text' && info === ' output') blocks.at(-1)!.output = code!
  }
  return blocks
}

/** A program that runs every millrace expression of the table for pandas users. */
export function pandasTableProgram(): string {
  const section = /^## Coming from pandas[\s\S]*?(?=^## )/m.exec(readme)?.[0] ?? ''
  const rows = [...section.matchAll(/^\|[^|]+\|([^|]+)\|$/gm)].map(match => match[1]!)
  const snippets = rows.flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(match => match[1]!))
  const runs = snippets.map(code =>
    code.startsWith('for ') ? `${code} break` : `await run(${JSON.stringify(code)}, ${code})`,
  )
  return `import { readFileSync } from 'node:fs'
    import { writeFile } from 'node:fs/promises'
    import { asc, concatStr, dateRange, desc, fromArrow, fromColumns, readCsv, rowNumber } from 'millrace'
    const samples = new Float64Array(1000)
    const df = readCsv('prices.csv')
    const df3 = df.filter(df.Close.gt(0)).groupBy('Date').Open.mean()
    const table = await df3.compute()
    async function run(code, value) {
      const result = typeof value?.compute === 'function' ? await value.compute() : value
      console.log(code, '->', result?.length ?? result)
    }
    ${runs.join('\n    ')}`
}

/** The npm scripts that README.md tells the reader to run. */
export function readmeScripts(): string[] {
  return [...readme.matchAll(/\bnpm (?:run (\w+)|(test)\b)/g)].map(match => match[1] ?? match[2]!)
}

/** Runs a block in `folder`, where `millrace` must resolve, and returns what it printed. */
export function runBlock(block: Block, folder: string, node = process.execPath, env = process.env): string {
  const file = join(folder, 'program.mjs')
  writeFileSync(file, block.code)
  return execFileSync(node, [file], { cwd: folder, env: { ...env, NO_COLOR: '1' }, encoding: 'utf8' })
}
