import { expect, test } from 'vitest'
import { deserialize, serialize } from '../../../dist/pool/serializer.js'
import {
  pack,
  packDepth,
  SharedObject,
  type ShareTarget,
  share,
  shareableType,
  unpack,
} from '../../../dist/pool/shareable.js'

class Probe extends SharedObject {
  readonly id: number
  constructor(id: number) {
    super()
    this.id = id
  }
  [share](target: ShareTarget) {
    return { type: 'Probe', data: { id: this.id, target } }
  }
}
shareableType('Probe', ({ id }: { id: number }) => new Probe(id))

const cloned = (value: unknown) => unpack(structuredClone(pack(value, 'threads')))
const carried = (value: unknown) => {
  const { bytes, buffers } = serialize(pack(value, 'processes'))
  return unpack(deserialize(bytes, buffers))
}

test('values without shared objects are passed on as they are, not copied', () => {
  new Probe(0)
  for (const value of [1, 'text', null, undefined, 2n, { a: [1] }, [1, 2], new Map([[1, 2]])]) {
    expect(pack(value, 'threads')).toBe(value)
    expect(unpack(value)).toBe(value)
  }
})

test.each([
  ['cloned', cloned],
  ['serialised', carried],
])('shared objects come out of arrays, objects, Maps and Sets as one instance when %s', (_, travel) => {
  const probe = new Probe(7)
  const other = new Probe(8)
  const sent: Record<string, unknown> = {
    probe,
    again: [1, probe],
    map: new Map<unknown, unknown>([
      ['first', 1],
      [probe, { probe }],
      ['last', other],
    ]),
    set: new Set([0, probe, 2]),
  }
  sent.self = sent
  const got = travel(sent) as typeof sent
  const received = got.probe as Probe
  expect(received).toBeInstanceOf(Probe)
  expect(received.id).toBe(7)
  expect((got.again as unknown[])[1]).toBe(received)
  const entries = [...(got.map as Map<unknown, unknown>)]
  expect(entries.map(([key]) => key)).toEqual(['first', received, 'last'])
  expect((entries[1]![1] as { probe: Probe }).probe).toBe(received)
  expect((entries[2]![1] as Probe).id).toBe(8)
  expect([...(got.set as Set<unknown>)][1]).toBe(received)
  expect(got.self).toBe(got)
  expect(sent.probe).toBe(probe)
})

test('a shared object by itself, and keys that name prototypes, arrive whole', () => {
  expect((cloned(new Probe(3)) as Probe).id).toBe(3)
  const sent = JSON.parse('{"__proto__": {"x": 1}}') as Record<string, unknown>
  Object.defineProperty(sent, 'probe', { value: new Probe(4), enumerable: true })
  const got = cloned(sent) as Record<string, unknown>
  expect(Object.keys(got)).toEqual(['__proto__', 'probe'])
  expect((got.probe as Probe).id).toBe(4)
})

test('data that looks like an envelope is data', () => {
  const forged = {
    'millrace:packed': true,
    root: { value: 'forged' },
    tokens: [],
    places: [],
    collections: [],
  }
  expect(cloned(forged)).toEqual(forged)
  expect(carried({ ...forged, probe: new Probe(1) })).toMatchObject(forged)
})

test('a shared object too deep, or inside a class instance, throws instead of arriving empty', () => {
  const nest = (depth: number) => {
    let value: unknown = new Probe(1)
    for (let i = 0; i < depth; i++) value = [value]
    return value
  }
  expect((cloned(nest(packDepth)) as unknown[]).flat(packDepth)[0]).toBeInstanceOf(Probe)
  class Holder {
    probe = new Probe(1)
  }
  for (const value of [nest(packDepth + 1), new Holder()]) {
    expect(() => cloned(value)).toThrow(expect.objectContaining({ code: 'ERR_NOT_SHAREABLE' }))
    expect(() => carried(value)).toThrow(expect.objectContaining({ code: 'ERR_NOT_SHAREABLE' }))
  }
  expect(() => JSON.stringify(new Probe(1))).toThrow(expect.objectContaining({ code: 'ERR_NOT_SHAREABLE' }))
})

test('bytes keep shared buffers shared and copy only what a view shows', () => {
  const buffer = new SharedArrayBuffer(16)
  const slab = new Uint8Array(65_536)
  const sent = {
    buffer,
    view: new Int32Array(buffer, 4, 2),
    part: slab.subarray(5, 8),
    empty: new Float64Array(0),
    numbers: new Float64Array([0.5, -1]),
    data: new DataView(new ArrayBuffer(8), 2, 3),
  }
  const { bytes, buffers } = serialize(sent)
  expect(bytes.length).toBeLessThan(1000)
  expect(buffers).toEqual([buffer])
  const got = deserialize(bytes, buffers) as typeof sent
  got.view[1] = 77
  expect(new Int32Array(buffer)[2]).toBe(77)
  expect(got.buffer).toBe(buffer)
  expect([got.view.length, got.view.byteOffset]).toEqual([2, 4])
  expect(got.part).toEqual(new Uint8Array(3))
  expect(got.empty).toEqual(new Float64Array(0))
  expect(got.numbers).toEqual(new Float64Array([0.5, -1]))
  expect([got.data.byteLength, got.data.getUint8(2)]).toEqual([3, 0])
})

test.each([[() => 1], [Promise.resolve()], [Symbol('s')], [new WeakMap()]])(
  '%o cannot become bytes',
  value => {
    expect(() => serialize({ value })).toThrow(expect.objectContaining({ code: 'ERR_NOT_SERIALIZABLE' }))
  },
)
