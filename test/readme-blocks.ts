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
