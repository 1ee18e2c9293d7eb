import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatDuration } from '../../dist/core/format-quantity.js'
import { ProgressBar } from '../../dist/core/progress-bar.js'

const half = {
  bytesDone: 372e6,
  bytesTotal: 744e6,
  rowsDone: 5_000_000,
  tasksDone: 5,
  tasksTotal: 10,
  memoryBytes: 0,
  memoryPeakBytes: 0,
}

function draw(
  stream: { isTTY?: boolean; columns?: number },
  environment: Record<string, string>,
  progress = half,
) {
  const written: string[] = [] // with the escape character in writing
  const bar = new ProgressBar(
    { ...stream, write: text => written.push(text.replaceAll('\x1b', '<ESC>')) },
    environment,
  )
  bar.update(progress)
  bar.finish({ ...progress, bytesDone: progress.bytesTotal })
  return written
}

test('on a terminal the bar redraws one line, in color, and ends with a summary', () => {
  const [bar, end] = draw({ isTTY: true, columns: 100 }, {})
  expect(bar).toMatch(/^\r<ESC>\[2K<ESC>\[32m█{12}<ESC>\[39m░{12} {2}50% {2}372 MB of 744 MB, 5,000,000 rows/)
  expect(end).toMatch(/^\r<ESC>\[2K744 MB, 5,000,000 rows, .* in .*\n$/)
})

test('NO_COLOR draws without color', () => {
  const [bar] = draw({ isTTY: true, columns: 100 }, { NO_COLOR: '1' })
  expect(bar).toMatch(/^\r<ESC>\[2K█{12}░{12} {2}50%/)
})

test('the line fits the terminal', () => {
  const [bar] = draw({ isTTY: true, columns: 50 }, { NO_COLOR: '1' })
  expect(bar!.replace('\r<ESC>[2K', '').length).toBeLessThan(50)
})

test.each([
  [{ isTTY: false }, {}],
  [{ isTTY: true }, { CI: 'true' }],
  [{ isTTY: true }, { TERM: 'dumb' }],
])('%j with %j gets plain lines, the first after two seconds', (stream, environment) => {
  const written = draw(stream, environment)
  expect(written).toHaveLength(1)
  expect(written[0]).toMatch(/^millrace: 744 MB, 5,000,000 rows, .* in .*\n$/)
})

test('without a known size there is no share', () => {
  const [bar] = draw({ isTTY: true }, { NO_COLOR: '1' }, { ...half, bytesTotal: 0, tasksTotal: 0 })
  expect(bar).not.toContain('%')
})

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [99_960, '100 kB'],
  [744e6, '744 MB'],
  [999_600, '1.0 MB'],
  [8.44e9, '8.4 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test.each([
  [4, '4 ms'],
  [999.7, '1.0 s'],
  [59_960, '1 min 0 s'],
  [200_000, '3 min 20 s'],
])('%d ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('counts have separators whatever the locale', () => {
  expect(formatCount(1234567)).toBe('1,234,567')
})
