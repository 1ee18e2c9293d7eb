// The row of an error finds its way back through filters that the optimizer would have merged, whatever the vectors.
import { expect, test } from 'vitest'
import { type DataFrame, fromColumns } from '../../dist/index.js'
import { runFrame } from '../plans/engine.js'
import { generator, seed } from '../random.js'

test(`through one filter after the other (seed ${seed})`, async () => {
  const random = generator(seed)
  for (let round = 0; round < 40; round++) {
    const rows = 1 + Math.floor(random() * 60)
    const marks = Array.from({ length: rows }, () => Math.floor(random() * 4))
    const bad = Math.floor(random() * rows)
    const text = marks.map((_, row) => (row === bad ? 'bad' : `${row}`))
    const frame = fromColumns({ text, mark: marks }) as unknown as DataFrame<any>
    const query = frame
      .filter(c => c.mark.ne(1))
      .select(c => ({ mark: c.mark, text: c.text, twice: c.mark.mul(2) }))
      .filter(c => c.twice.ne(4))
      .select(c => ({ n: c.text.cast('int64') }))
    const reached = marks[bad] !== 1 && marks[bad] !== 2
    for (const hot of [false, true]) {
      const read = hot ? ((await frame.persist()) as unknown as DataFrame<any>) : frame
      const own = hot
        ? read
            .filter(c => c.mark.ne(1))
            .filter(c => c.mark.ne(2))
            .agg(c => ({ n: c.text.cast('int64').sum() }))
        : query
      for (const vectorRows of [1, 3, 64]) {
        const run = runFrame(own, { optimized: false, threads: 2, vectorRows })
        if (!reached) await run
        else await expect(run, `seed ${seed}`).rejects.toMatchObject({ code: 'ERR_CAST', row: bad })
      }
    }
  }
})
