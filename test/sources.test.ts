import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const native = fileURLToPath(new URL('../native', import.meta.url))

test('sources.txt lists exactly the .cc files of native/', () => {
  const listed = readFileSync(`${native}/sources.txt`, 'utf8').split('\n').filter(Boolean)
  const onDisk = readdirSync(native, { recursive: true, encoding: 'utf8' })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => file.endsWith('.cc') && !file.startsWith('build/'))
    .sort()
  expect(listed).toEqual(onDisk)
})
