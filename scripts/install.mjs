// Installs the development tools when they are missing or are not those of the lockfile.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runNpm } from './process.mjs'

export function install() {
  if (isInstalled()) return
  console.log('installing the development tools (npm ci)')
  runNpm(['ci', '--no-audit', '--no-fund'])
}

function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json') // what npm has put there
  if (!existsSync(record)) return false
  const present = JSON.parse(readFileSync(record, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const installed = present[path]
    return installed ? installed.version === entry.version : entry.optional === true
  })
}
