// Globs over files: `*` and `?` within a name, `[a-z]` and `[!a-z]` character sets, `**` any number of folders, `{a,b}`
// alternatives. Names that begin with a dot match only a pattern that begins with one.
import { type Dirent, readdirSync, statSync } from 'node:fs'
import { isAbsolute, join, parse, resolve } from 'node:path'
import { invalidArgument } from '../core/errors.js'

export function hasMagic(pattern: string): boolean {
  return /[*?[\]{}]/.test(pattern)
}

/** The files that match, absolute, sorted by code unit, each once. Folders are no match. */
export function glob(pattern: string): string[] {
  const found = new Set<string>()
  for (const plain of expandBraces(pattern)) collect(plain, found)
  return [...found].sort()
}

const mostAlternatives = 1_000

/** `a{b,c}d` as `abd` and `acd`; nested braces too. A brace without a partner is itself. */
export function expandBraces(pattern: string): string[] {
  const done = new Set<string>()
  const open = [pattern]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const brace = innermostBraces(next)
    if (!brace) {
      done.add(next)
      continue
    }
    const [start, end] = brace
    for (const part of next.slice(start + 1, end).split(',')) {
      open.push(next.slice(0, start) + part + next.slice(end + 1))
    }
    if (done.size + open.length > mostAlternatives) {
      throw invalidArgument(`at most ${mostAlternatives} alternatives in braces`, 'a glob', pattern)
    }
  }
  return [...done]
}

// The first pair with no brace between and a comma in it.
function innermostBraces(text: string): [number, number] | undefined {
  const match = /\{([^{}]*,[^{}]*)\}/.exec(text)
  return match ? [match.index, match.index + match[0].length - 1] : undefined
}

// On Windows both slashes separate folders; elsewhere a backslash is a character of a name.
const separators = process.platform === 'win32' ? /[/\\]+/ : /\/+/

function collect(pattern: string, found: Set<string>): void {
  const { root } = parse(pattern)
  const parts = pattern
    .slice(root.length)
    .split(separators)
    .filter(part => part !== '')
  const start = isAbsolute(pattern) ? resolve(root) : process.cwd()
  // A queue of folders with the parts that are left: a loop, as trees may be deep.
  const open: [folder: string, part: number][] = [[start, 0]]
  const seen = new Set<string>()
  for (let next = open.pop(); next; next = open.pop()) {
    const key = `${next[1]} ${next[0]}`
    if (seen.has(key)) continue
    seen.add(key)
    step(next[0], parts, next[1], open, found)
  }
}

function step(
  folder: string,
  parts: readonly string[],
  at: number,
  open: [string, number][],
  found: Set<string>,
): void {
  const part = parts[at] as string
  const last = at === parts.length - 1
  if (part === '**') {
    stepAnywhere(folder, at, last, open, found)
  } else if (!hasMagic(part)) {
    const path = join(folder, part)
    if (!last) open.push([path, at + 1])
    else if (isFile(path)) found.add(path)
  } else {
    const matches = partMatcher(part)
    for (const entry of entries(folder)) {
      if (!matches(entry.name)) continue
      const path = join(folder, entry.name)
      if (last) {
        if (isFile(path)) found.add(path)
      } else if (isFolder(entry, path)) open.push([path, at + 1])
    }
  }
}

// `**` does not follow links to folders: they may lead back up.
function stepAnywhere(
  folder: string,
  at: number,
  last: boolean,
  open: [string, number][],
  found: Set<string>,
): void {
  if (!last) open.push([folder, at + 1])
  for (const entry of entries(folder)) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) open.push([path, at])
    else if (last && isFile(path)) found.add(path)
  }
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function isFolder(entry: Dirent, path: string): boolean {
  return (
    entry.isDirectory() ||
    (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
  )
}

function isFile(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats !== undefined && !stats.isDirectory()
  } catch {
    return false
  }
}

/** Matches one name against one part of a pattern, in time linear in both for each star (no regular expression). */
export function partMatcher(pattern: string): (name: string) => boolean {
  const tokens = tokenize(pattern)
  const dot = pattern.startsWith('.')
  return name => (dot || !name.startsWith('.')) && matchTokens(tokens, [...name])
}

type Token = '*' | ((character: string) => boolean)

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = []
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string
    const close = character === '[' ? closingBracket(characters, i) : -1
    if (character === '*') {
      if (tokens.at(-1) !== '*') tokens.push('*')
    } else if (character === '?') {
      tokens.push(() => true)
    } else if (close > 0) {
      tokens.push(characterSet(characters.slice(i + 1, close)))
      i = close
    } else {
      tokens.push(other => other === character)
    }
  }
  return tokens
}

// A bracket that comes first in the set is a member of it.
function closingBracket(characters: readonly string[], open: number): number {
  const first = characters[open + 1] === '!' || characters[open + 1] === '^' ? open + 2 : open + 1
  return characters.indexOf(']', first + 1)
}

function characterSet(members: readonly string[]): (character: string) => boolean {
  const negated = members[0] === '!' || members[0] === '^'
  const listed = negated ? members.slice(1) : members
  const ranges: [string, string][] = []
  for (let i = 0; i < listed.length; i++) {
    const from = listed[i] as string
    const range = listed[i + 1] === '-' && i + 2 < listed.length
    ranges.push([from, range ? (listed[i + 2] as string) : from])
    if (range) i += 2
  }
  return character => ranges.some(([from, to]) => from <= character && character <= to) !== negated
}

// On a mismatch the last star takes one character more; earlier stars never need to be tried again.
function matchTokens(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < name.length) {
    const current = tokens[token]
    if (current === '*') {
      star = token++
      starAt = at
    } else if (current?.(name[at] as string)) {
      token++
      at++
    } else if (star >= 0) {
      token = star + 1
      at = ++starAt
    } else {
      return false
    }
  }
  while (tokens[token] === '*') token++
  return token === tokens.length
}
