import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

// Folder -> what it may import besides itself. `index` and `native` are lib/index.ts and lib/native.ts.
const typescript: Record<string, string[]> = {
  core: [],
  native: ['core'],
  arrow: ['core', 'native'],
  plan: ['core', 'native'],
  io: ['core', 'native', 'plan', 'frame', 'arrow'],
  frame: ['core', 'native', 'plan', 'arrow'],
  pool: ['core', 'native'],
  index: ['core', 'native', 'plan', 'io', 'frame', 'pool'],
}
const cpp: Record<string, string[]> = {
  base: [],
  ipc: ['base'],
  simd: ['base'],
  column: ['base', 'simd'],
  expr: ['base', 'simd', 'column'],
  csv: ['base', 'simd', 'column', 'expr'],
  store: ['base', 'simd', 'column'],
  agg: ['base', 'simd', 'column', 'expr', 'sort'],
  sort: ['base', 'simd', 'column', 'expr'],
  join: ['base', 'simd', 'column', 'expr', 'agg', 'sort'],
  window: ['base', 'simd', 'column', 'expr', 'agg', 'sort'],
  spill: ['base', 'column', 'store', 'agg', 'sort'],
  exec: ['base', 'simd', 'column', 'expr', 'csv', 'store', 'agg', 'sort', 'join', 'window', 'spill', 'ipc'],
  node: [
    'base',
    'simd',
    'column',
    'expr',
    'csv',
    'store',
    'agg',
    'sort',
    'join',
    'window',
    'spill',
    'exec',
    'ipc',
  ],
}
// Headers that some folders alone may include.
const reserved: [folders: string[], header: RegExp][] = [
  [['simd'], /^(\w*intrin|arm_neon|arm_acle)\.h$/],
  [['base', 'exec'], /^mutex$/],
  [
    ['exec'],
    /^(thread|shared_mutex|condition_variable|future|semaphore|barrier|latch|stop_token|pthread\.h)$/,
  ],
  [['ipc'], /^linux\/futex\.h$/],
  [['node'], /^(napi|node_api|js_native_api|node|uv|v8)\.h$/],
]

function sources(folder: string, wanted: RegExp): { file: string; folder: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => wanted.test(file) && !file.startsWith('build'))
    .map(file => ({
      file,
      folder: file.split(sep)[0]!.replace(/\.ts$/, ''),
      text: readFileSync(join(root, folder, file), 'utf8'),
    }))
}

test('every TypeScript folder imports only what its layer allows', () => {
  const files = sources('lib', /\.ts$/)
  expect(files.length).toBeGreaterThan(0)
  const wrong = files.flatMap(({ file, folder, text }) =>
    [...text.matchAll(/^(?:import|export)[^'"=]*?['"](\.[^'"]+)['"]/gm)]
      .map(match =>
        normalize(join(file, '..', match[1]!))
          .split(sep)[0]!
          .replace(/\.js$/, ''),
      )
      .filter(target => target !== folder && !typescript[folder]?.includes(target))
      .map(target => `${file} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('every C++ folder includes only what its layer allows', () => {
  const files = sources('native', /\.(cc|h)$/)
  expect(files.length).toBeGreaterThan(0)
  const wrong = files.flatMap(({ file, folder, text }) =>
    [...text.matchAll(/^\s*#\s*include\s*([<"])([^>"]+)[>"]/gm)]
      .filter(([, bracket, header]) => {
        const owners = reserved.find(([, pattern]) => pattern.test(header!))?.[0]
        if (owners) return !owners.includes(folder)
        const target = header!.split('/')[0]!
        return bracket === '"' && target !== folder && !cpp[folder]?.includes(target)
      })
      .map(([, , header]) => `${file} includes ${header}`),
  )
  expect(wrong).toEqual([])
})
