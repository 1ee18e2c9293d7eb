// Typed arrays that frames read without a copy, when their worker or process ends, and when nobody needs them any more.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'millrace-lent-'))
afterAll(() => rmSync(folder, { recursive: true }))
const index = JSON.stringify(fileURLToPath(new URL('../../dist/bundle/index.js', import.meta.url)))

async function program(name: string, code: string, flags: string[] = []): Promise<string> {
  const file = join(folder, name)
  writeFileSync(file, code.replaceAll('MILLRACE', index))
  const { stdout } = await run(process.execPath, [...flags, file], { timeout: 60_000 })
  return stdout
}

test('a worker that ends while queries read its arrays takes nothing with it', async () => {
  const printed = await program(
    'workers.mjs',
    `import { Worker, isMainThread } from 'node:worker_threads'
     import { fromColumns } from MILLRACE
     const frame = () => fromColumns({ k: new Int32Array(3e6).map((_, i) => i % 1000), x: new Float64Array(3e6).fill(1) })
     if (!isMainThread) {
       const df = frame()
       for (;;) await Promise.all([df.groupBy('k').x.sum().compute(), df.sortBy('k').head(5).compute(), df.compute()])
     } else {
       for (let round = 0; round < 25; round++) {
         const workers = [0, 1, 2].map(() => new Worker(new URL(import.meta.url)))
         await new Promise(resolve => setTimeout(resolve, 120 + round * 7))
         await Promise.all(workers.map(worker => worker.terminate()))
       }
       console.log((await frame().groupBy('k').x.sum().compute()).length)
     }`,
  )
  expect(printed).toBe('1000\n')
})

test('a worker that ends while it makes frames takes nothing with it', async () => {
  const printed = await program(
    'makers.mjs',
    `import { Worker, isMainThread } from 'node:worker_threads'
     import { fromArrow, fromColumns } from MILLRACE
     if (!isMainThread) {
       const columns = { x: new Float64Array(100), s: Array.from({ length: 100 }, (_, i) => 'text ' + i) }
       const bytes = (await fromColumns(columns).compute()).toArrow()
       for (let i = 0; ; i++) {
         for (let j = 0; j < 50; j++) {
           fromColumns(columns)
           fromColumns(columns, { copy: true })
           fromArrow(bytes)
         }
         if (i % 10 === 0) await fromArrow(bytes).compute()
       }
     } else {
       for (let round = 0; round < 30; round++) {
         const workers = [0, 1, 2].map(() => new Worker(new URL(import.meta.url)))
         await new Promise(resolve => setTimeout(resolve, 80 + ((round * 13) % 97)))
         await Promise.all(workers.map(worker => worker.terminate()))
       }
       console.log('done')
     }`,
  )
  expect(printed).toBe('done\n')
})

test('a process that exits in the middle of such a query exits with its code', async () => {
  for (let delay = 0; delay < 8; delay++) {
    const exit = program(
      'exit.mjs',
      `import { fromColumns } from MILLRACE
       const df = fromColumns({ x: new Float64Array(5e6) })
       for (let i = 0; i < 4; i++) df.sortBy('x').compute().catch(() => {})
       setTimeout(() => process.exit(7), ${delay * 4})`,
    )
    await expect(exit).rejects.toMatchObject({ code: 7, signal: null })
  }
})

test('arrays live as long as the frame or a query needs them, and no longer', async () => {
  const printed = await program(
    'release.mjs',
    `import { fromColumns } from MILLRACE
     const tick = () => new Promise(resolve => setTimeout(resolve, 5))
     const gone = []
     const registry = new FinalizationRegistry(name => gone.push(name))
     const lend = name => {
       const x = new Float64Array(4e6).fill(1)
       registry.register(x.buffer, name)
       return fromColumns({ x })
     }
     // Nobody holds the array or the frame while the query runs.
     const sums = []
     for (let i = 0; i < 5; i++) {
       const running = lend('queried').agg(c => ({ sum: c.x.sum() })).compute()
       gc()
       sums.push((await running).sum.get(0))
     }
     const kept = lend('kept')
     const disposed = lend('disposed')
     disposed[Symbol.dispose]()
     for (let i = 0; i < 20 && gone.length < 6; i++) { await tick(); gc() }
     console.log(JSON.stringify([sums, gone.sort(), (await kept.agg(c => ({ n: c.x.sum() })).compute()).n.get(0)]))`,
    ['--expose-gc'],
  )
  expect(JSON.parse(printed)).toEqual([
    [4e6, 4e6, 4e6, 4e6, 4e6],
    ['disposed', 'queried', 'queried', 'queried', 'queried', 'queried'],
    4e6,
  ])
})
