// What feeds a query from JavaScript: chunks that are not as announced are refused, and each is known to have been read.
import { expect, test } from 'vitest'
import { type NativeResult, native } from '../../dist/native.js'

const fields = [
  { name: 'n', type: 'float64', nullable: false },
  { name: 's', type: 'utf8', nullable: true },
]
const columns = (n: number[], more = {}) => [
  { name: 'n', type: 'float64', data: new Float64Array(n), borrow: true },
  {
    name: 's',
    type: 'utf8',
    data: new Uint8Array(n.length).fill(97),
    offsets: Uint32Array.from({ length: n.length + 1 }, (_, i) => i),
    borrow: true,
    ...more,
  },
]
const scan = (steps: object[] = []) =>
  JSON.stringify({ version: 2, steps: [{ op: 'memory', handle: 0 }, ...steps], options: {} })

test('rows come in chunks while the query runs, and each chunk is given back', async () => {
  const feed = native().feedCreate(fields)
  const { promise } = native().execute(scan(), [feed], false)
  expect(await native().feedPush(feed, columns([1, 2]))).toBe(true)
  expect(await native().feedPush(feed, columns([]))).toBe(true)
  expect(await native().feedPush(feed, columns([3], { validity: new Uint8Array([0]) }))).toBe(true)
  native().feedEnd(feed)
  const result = await promise
  expect([...((result as NativeResult).columns[0]!.data as Float64Array)]).toEqual([1, 2, 3])
  expect((result as NativeResult).columns[1]!.nullCount).toBe(1)
  expect(await native().feedPush(feed, columns([4]))).toBe(false)
})

test('a query that has enough says so to who feeds it', async () => {
  const feed = native().feedCreate(fields)
  const { promise } = native().execute(scan([{ op: 'slice', offset: 0, rows: 1 }]), [feed], false)
  await native().feedPush(feed, columns([1, 2]))
  expect((await promise)?.rows).toBe(1)
  expect(await native().feedPush(feed, columns([3]))).toBe(false)
})

test('wrong chunks, wrong handles and a second reader are errors', async () => {
  const feed = native().feedCreate(fields)
  const [n, s] = columns([1]) as [never, never]
  const nulls = { name: 'n', type: 'float64', data: new Float64Array(1), validity: new Uint8Array([0]) }
  const wrong = [
    [s, n],
    [n],
    [nulls, s],
    [{ name: 'n', type: 'int32', data: new Int32Array(1) }, s],
    [n, n, s],
  ]
  for (const given of wrong)
    expect(() => native().feedPush(feed, given as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    )
  expect(() => native().feedPush({} as never, [n, s])).toThrow(/feedPush/)
  expect(() => native().feedEnd({} as never)).toThrow(/feedEnd/)
  expect(() => native().feedCreate([])).toThrow(/column/)
  expect(() => native().feedCreate([{ name: 'x', type: 'float', nullable: true }])).toThrow(/unknown type/)
  expect(() => native().feedCreate([...fields, ...fields])).toThrow(/two columns/)
  native().feedEnd(feed)
  const { promise } = native().execute(scan(), [feed], false)
  expect((await promise)?.rows).toBe(0)
  expect(() => native().execute(scan(), [feed], false)).toThrow(
    expect.objectContaining({ code: 'ERR_SOURCE_CONSUMED' }),
  )
})
