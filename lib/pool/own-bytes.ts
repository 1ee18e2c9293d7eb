/**
 * The values with views of large buffers replaced by copies of what they show: a message to a thread carries the whole
 * buffer behind a view, so parts of one file would each take all of it along. Looks at the values alone, not inside them.
 */
export function ownBytes(values: readonly unknown[]): readonly unknown[] {
  return values.some(isPart) ? values.map(value => (isPart(value) ? copyOf(value) : value)) : values
}

function isPart(value: unknown): value is Uint8Array {
  return (
    ArrayBuffer.isView(value) &&
    value.buffer instanceof ArrayBuffer &&
    value.byteLength < value.buffer.byteLength &&
    !(value instanceof DataView)
  )
}

/** Not `value.slice()`: that of a Buffer shares its memory. */
function copyOf(view: Uint8Array): Uint8Array {
  return Buffer.isBuffer(view) ? new Uint8Array(view) : view.slice()
}
