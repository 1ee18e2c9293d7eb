// The checksums of LZ4 frames, which pyarrow does not write. The frames below are by liblz4, through Python's lz4.frame.
import { expect, test } from 'vitest'
import { decodeLz4 } from '../../dist/arrow/lz4.js'
import { xxh32 } from '../../dist/arrow/xxh32.js'

const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const content = ascii('millrace '.repeat(20) + String.fromCharCode(...Array(70).keys()))

const frames: Record<string, Uint8Array> = {
  'no checksums': new Uint8Array(
    Buffer.from(
      'BCJNGGBAglUAAACfbWlsbHJhY2UgCQCY8DcAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFAAAAAA==',
      'base64',
    ),
  ),
  'of blocks': new Uint8Array(
    Buffer.from(
      'BCJNGHBArVUAAACfbWlsbHJhY2UgCQCY8DcAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFaW0PqwAAAAA=',
      'base64',
    ),
  ),
  'of the content': new Uint8Array(
    Buffer.from(
      'BCJNGGxA+gAAAAAAAAB+VQAAAJ9taWxscmFjZSAJAJjwNwABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj9AQUJDREUAAAAAJIHcvw==',
      'base64',
    ),
  ),
  'of both': new Uint8Array(
    Buffer.from(
      'BCJNGHxA+gAAAAAAAABmVQAAAJ9taWxscmFjZSAJAJjwNwABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj9AQUJDREVpbQ+rAAAAACSB3L8=',
      'base64',
    ),
  ),
}

const twoBlocks = `BCJNGFxAkF8BAAAAAABiEwEAAJ9taWxscmFjZSAJAP${'/'.repeat(341)}fUGxscmFjd72zi2kAAAAP+f${'/'.repeat(127)}9dQcmFjZSDpj9G0AAAAAAvCx70=`

test('XXH32 is that of its specification, at any position of a buffer', () => {
  expect(xxh32(ascii(''))).toBe(0x02cc5d05)
  expect(xxh32(ascii('a'))).toBe(0x550d7456)
  expect(xxh32(ascii('abc'))).toBe(0x32d153ff)
  expect(xxh32(ascii('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f)
  for (let shift = 0; shift < 5; shift++) {
    const moved = new Uint8Array(content.length + shift)
    moved.set(content, shift)
    expect(xxh32(moved.subarray(shift))).toBe(xxh32(content))
  }
})

test.each(Object.keys(frames))('a frame with checksums %s decodes', name => {
  expect(decodeLz4(frames[name] as Uint8Array, content.length, 'x')).toEqual(content)
})

test.each(['of blocks', 'of the content', 'of both'])('with checksums %s no damaged bit passes', name => {
  const frame = frames[name] as Uint8Array
  let same = 0
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const damaged = new Uint8Array(frame)
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
    try {
      // The last sequence has no copy, so that four bits for its length mean nothing.
      expect(decodeLz4(damaged, content.length, 'x'), `bit ${bit}`).toEqual(content)
      same++
    } catch (error) {
      expect(error, `bit ${bit}`).toMatchObject({ code: 'ERR_ARROW_FORMAT', column: 'x' })
    }
  }
  expect(same).toBe(name === 'of the content' ? 4 : 0)
  for (let length = 0; length < frame.length; length++)
    expect(() => decodeLz4(frame.subarray(0, length), content.length, 'x')).toThrow(/not valid Arrow/)
})

test('every block of a frame has its own checksum, and may copy from the one before', () => {
  const frame = new Uint8Array(Buffer.from(twoBlocks, 'base64'))
  expect(Buffer.from(decodeLz4(frame, 90_000, 'x')).toString()).toBe('millrace '.repeat(10_000))
  const second = frame.length - 30
  frame[second] = (frame[second] as number) ^ 1
  expect(() => decodeLz4(frame, 90_000, 'x')).toThrow(/not valid Arrow/)
})

test('what differs from its checksum is named', () => {
  const frame = frames['of both'] as Uint8Array
  const changed = (at: number) => {
    const out = new Uint8Array(frame)
    out[at] = (out[at] as number) ^ 1
    return () => decodeLz4(out, content.length, 'x')
  }
  expect(changed(5)).toThrow(/the header of an LZ4 frame has another checksum/)
  // The last four bytes are of the content, before them four that end the blocks, and before those the block's.
  expect(changed(frame.length - 9)).toThrow(/an LZ4 block has another checksum/)
  expect(changed(frame.length - 1)).toThrow(/what an LZ4 frame holds has another checksum/)
})

test('a frame that says another length than its buffer, or has nothing in it', () => {
  const nothing = ascii('\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0\x05\x5d\xcc\x02')
  expect(decodeLz4(nothing, 0, 'x')).toEqual(new Uint8Array(0))
  for (const length of [0, 1, content.length - 1, content.length + 1])
    expect(() => decodeLz4(frames['of both'] as Uint8Array, length, 'x')).toThrow(/not valid Arrow/)
})
