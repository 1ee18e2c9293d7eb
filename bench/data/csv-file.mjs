import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const BUFFER_BYTES = 4 << 20

/**
 * Writes a CSV file row by row. The file appears under its name only when it is whole, so that a run that was stopped
 * never leaves half a dataset behind.
 *
 * @param {string} path
 * @param {string} header the first line, without its newline
 * @param {number} rows
 * @param {number} maxRowBytes an upper bound of what `writeRow` writes in one call
 * @param {(buffer: Uint8Array, at: number, row: number) => number} writeRow writes one row with its newline at `at` and
 *   returns the position after it
 * @returns {{ bytes: number, checksum: string }} the file's size and its CRC-32 in hex
 */
export function writeCsvFile(path, header, rows, maxRowBytes, writeRow) {
  const unfinished = `${path}.${process.pid}.part`
  const file = openSync(unfinished, 'w')
  try {
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
    let at = buffer.write(`${header}\n`)
    let bytes = 0
    let checksum = 0
    const flush = () => {
      const full = buffer.subarray(0, at)
      checksum = crc32(full, checksum)
      for (let written = 0; written < at; ) written += writeSync(file, full, written)
      bytes += at
      at = 0
    }
    for (let row = 0; row < rows; row++) {
      if (at + maxRowBytes > BUFFER_BYTES) flush()
      at = writeRow(buffer, at, row)
    }
    flush()
    closeSync(file)
    renameSync(unfinished, path)
    return { bytes, checksum: checksum.toString(16).padStart(8, '0') }
  } catch (error) {
    closeQuietly(file)
    rmSync(unfinished, { force: true })
    throw error
  }
}

/** @param {number} file */
function closeQuietly(file) {
  try {
    closeSync(file)
  } catch {
    // It was closed already: the rename failed.
  }
}
