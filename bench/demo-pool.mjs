import { closeSync, openSync, readSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'

const MOST_BYTES = 48e6
const PART_BYTES = 2e6

/**
 * The pool on work that engines do not do: compresses the head of the file in parts, on one thread and on all. Parts that
 * are gzip files make one gzip file end to end.
 *
 * @param {string} path
 */
export async function showPool(path) {
  const { Pool } = await import('../dist/bundle/index.js')
  const bytes = headOf(path)
  const parts = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, i) =>
    bytes.subarray(i * PART_BYTES, (i + 1) * PART_BYTES),
  )
  console.log(`\nthe Pool: gzip of ${Math.round(bytes.length / 1e6)} MB of it, in ${parts.length} parts`)

  const alone = timed(() => parts.map(part => gzipSync(part)))
  console.log(`one thread: ${alone.seconds.toFixed(2)} s`)

  const pool = new Pool()
  await pool.ready()
  const start = performance.now()
  const zipped = await pool.map(part => require('node:zlib').gzipSync(part), parts, {
    chunkSize: 1,
    progress: true,
  })
  const seconds = (performance.now() - start) / 1000
  const workers = pool.size
  pool.close()
  await pool.join()
  if (!gunzipSync(Buffer.concat(zipped)).equals(bytes)) throw new Error('The compressed parts differ')
  console.log(
    `pool.map: ${seconds.toFixed(2)} s on ${workers} workers, ${(alone.seconds / seconds).toFixed(1)} times as fast; it unpacks to the same bytes`,
  )
}

/** @param {string} path */
function headOf(path) {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(MOST_BYTES)
    return bytes.subarray(0, readSync(file, bytes, 0, MOST_BYTES, 0))
  } finally {
    closeSync(file)
  }
}

/** @param {() => unknown} work */
function timed(work) {
  const start = performance.now()
  work()
  return { seconds: (performance.now() - start) / 1000 }
}
