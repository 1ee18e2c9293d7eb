/**
 * Values as bytes, for rings in shared memory: structured cloning into a buffer, with the SharedArrayBuffers met on the
 * way listed aside, because bytes cannot carry them. `value` is what `pack` returned.
 *
 * Unlike Node's DefaultSerializer this keeps views of a SharedArrayBuffer shared, and copies of an ArrayBuffer's views
 * only the bytes that the view shows (a small Buffer is a view of an 8 KiB slab).
 */
import { v8 } from '../core/builtins.js'
import { MillraceError } from '../core/errors.js'
import { packBuffers, packDepth, unpack } from './shareable.js'

export interface Serialized {
  readonly bytes: Uint8Array
  /** The shared buffers of the value, in the order of their ids; empty for most values. */
  readonly buffers: readonly SharedArrayBuffer[]
}

const views = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
]

type View = ArrayBufferView<ArrayBufferLike>
type ViewConstructor = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => View

// What @types/node leaves out of v8.Serializer and v8.Deserializer.
interface SerializerInternals {
  _setTreatArrayBufferViewsAsHostObjects(on: boolean): void
}

// V8 writes the id of a SharedArrayBuffer that stands by itself, but Node's Deserializer cannot look it up: thrown when
// one is met, whereupon views take the place of such buffers.
const bareBuffer = new Error('a SharedArrayBuffer by itself')

let made: ReturnType<typeof makeClasses> | undefined

// At first use: the classes below extend Node's, which take milliseconds to load.
function classes(): ReturnType<typeof makeClasses> {
  made ??= makeClasses()
  return made
}

function makeClasses() {
  const { Deserializer, Serializer } = v8()

  class ValueSerializer extends Serializer {
    readonly buffers: SharedArrayBuffer[] = []

    constructor(value: unknown, replaced: boolean) {
      super()
      ;(this as unknown as SerializerInternals)._setTreatArrayBufferViewsAsHostObjects(true)
      this.writeHeader()
      this.writeUint32(Number(replaced))
      this.writeValue(value)
    }

    _getSharedArrayBufferId(): never {
      throw bareBuffer
    }

    #idOf(buffer: SharedArrayBuffer): number {
      const known = this.buffers.indexOf(buffer)
      return known >= 0 ? known : this.buffers.push(buffer) - 1
    }

    _getDataCloneError(message: string): Error {
      return notSerializable(
        message,
        'pass plain data, or a shared object of this package (Queue, Lock, SharedArray, ...)',
      )
    }

    _writeHostObject(view: View): void {
      const kind = views.findIndex(type => view instanceof type)
      if (kind < 0)
        throw this._getDataCloneError(`${Object.prototype.toString.call(view)} could not be cloned.`)
      const shared = view.buffer instanceof SharedArrayBuffer
      this.writeUint32(kind * 2 + Number(shared))
      if (shared) {
        this.writeUint32(this.#idOf(view.buffer as SharedArrayBuffer))
        this.writeDouble(view.byteOffset)
        this.writeDouble(view.byteLength)
      } else {
        this.writeDouble(view.byteLength)
        this.writeRawBytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
      }
    }
  }

  class ValueDeserializer extends Deserializer {
    readonly #buffers: readonly SharedArrayBuffer[]

    constructor(bytes: Uint8Array, buffers: readonly SharedArrayBuffer[]) {
      super(bytes)
      this.#buffers = buffers
    }

    _readHostObject(): View {
      const word = this.readUint32()
      const type = views[word >> 1] as ViewConstructor & { BYTES_PER_ELEMENT?: number }
      const size = (length: number) => length / (type.BYTES_PER_ELEMENT ?? 1)
      if (word % 2 === 1) {
        const buffer = this.#buffers[this.readUint32()]!
        const offset = this.readDouble()
        return new type(buffer, offset, size(this.readDouble()))
      }
      const length = this.readDouble()
      // A copy: the bytes may be a ring's, soon written over, and a view must begin at a multiple of its element.
      const bytes = new Uint8Array(length)
      bytes.set(this.readRawBytes(length))
      return new type(bytes.buffer, 0, size(length))
    }
  }

  return { ValueSerializer, ValueDeserializer }
}

/** Throws ERR_NOT_SERIALIZABLE for functions, promises, ports and other things that cannot be cloned. */
export function serialize(value: unknown): Serialized {
  const { ValueSerializer } = classes()
  try {
    return released(new ValueSerializer(value, false))
  } catch (error) {
    if (error !== bareBuffer) throw error
  }
  try {
    return released(new ValueSerializer(packBuffers(value), true))
  } catch (error) {
    if (error !== bareBuffer) throw error
    throw notSerializable(
      `a SharedArrayBuffer lies inside a class instance or deeper than ${packDepth} objects`,
      'pass a typed array over it',
    )
  }
}

interface Releasable {
  readonly buffers: readonly SharedArrayBuffer[]
  releaseBuffer(): Buffer
}

const released = (serializer: Releasable): Serialized => ({
  bytes: serializer.releaseBuffer(),
  buffers: serializer.buffers,
})

export function deserialize(bytes: Uint8Array, buffers: readonly SharedArrayBuffer[] = []): unknown {
  const deserializer = new (classes().ValueDeserializer)(bytes, buffers)
  deserializer.readHeader()
  const replaced = deserializer.readUint32() === 1
  const value = deserializer.readValue()
  return replaced ? unpack(value) : value
}

function notSerializable(message: string, hint: string): MillraceError {
  return new MillraceError('ERR_NOT_SERIALIZABLE', message, { hint })
}
