import { invalidArgument } from '../../core/errors.js'
import { boolean, readOptions } from '../../core/options.js'
import { newPlace } from './blocks.js'
import { invalidState } from './errors.js'
import { Lock } from './lock.js'
import {
  type ElementOf,
  type NumberType,
  numberTypes,
  readNumberType,
  typeNumber,
  typeOfNumber,
} from './number-types.js'
import { type ContextOption, contextReader, instanceAt, Primitive, primitiveType } from './primitive.js'
import { Place } from './shared-block.js'

// The value comes first, on 8 bytes of its own.
const Bits = 0
const Type = 2
const HasLock = 3
const LockWord = 4

/** Options of a new Value or SharedArray. */
export interface LockOption extends ContextOption {
  /** Whether it comes with a Lock, as `.lock`. Default: true. */
  readonly lock?: boolean | undefined
}

export const readLockOption = (options: LockOption | undefined, name: string) =>
  readOptions<LockOption>(options, name, { context: contextReader, lock: boolean })

type Bits = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array

/**
 * One number that threads or processes share. Python's `multiprocessing.Value`.
 *
 * Reading, writing, `add` and `compareExchange` are atomic by themselves, for floats too: `counter.add(1)` needs no lock.
 * Take `.lock` for longer steps. 64-bit integers are bigints.
 *
 * @example
 * const counter = new Value('i32', 5)
 * console.log(counter.add(2), counter.value) // 7 7
 */
export class Value<T extends NumberType> extends Primitive {
  readonly type: T
  // Atomics work on integers: floats are exchanged as the integers of the same bits.
  readonly #bits: Bits | BigInt64Array
  readonly #encode: (value: ElementOf<T>) => number | bigint
  readonly #decode: (bits: number | bigint) => ElementOf<T>

  constructor(type: T | Place, value?: ElementOf<T>, options?: LockOption) {
    const place = type instanceof Place ? type : valuePlace(type, options)
    super('Value', place)
    this.type = typeOfNumber(this.load(Type)) as T
    const view = numberTypes[this.type]
    const offset = this.at(Bits) * 4
    const scratch = new view(new ArrayBuffer(8), 0, 1)
    const integers = bitsOf(scratch)
    this.#bits = new (integers.constructor as Int32ArrayConstructor)(
      this.block.buffer as ArrayBuffer,
      offset,
      1,
    )
    this.#encode = number => {
      checkElement(number, scratch, 'the value')
      scratch[0] = number
      return integers[0]!
    }
    this.#decode = bits => {
      integers[0] = bits as never
      return scratch[0] as ElementOf<T>
    }
    if (!(type instanceof Place)) this.value = value ?? (scratch[0] as ElementOf<T>)
  }

  get value(): ElementOf<T> {
    return this.#decode(Atomics.load(this.#bits as Int32Array, 0))
  }

  set value(value: ElementOf<T>) {
    Atomics.store(this.#bits as Int32Array, 0, this.#encode(value) as number)
  }

  /** Adds and gives the sum, as one step. Integers wrap around. Python needs `with value.get_lock(): value.value += n`. */
  add(n: ElementOf<T>): ElementOf<T> {
    let before = Atomics.load(this.#bits as Int32Array, 0)
    while (true) {
      const sum = ((this.#decode(before) as number) + (n as number)) as ElementOf<T>
      const after = this.#encode(sum) as number
      const found = Atomics.compareExchange(this.#bits as Int32Array, 0, before, after)
      if (found === before) return this.#decode(after)
      before = found
    }
  }

  /** Writes `replacement` if the value is `expected`, as one step; gives the value that was there. */
  compareExchange(expected: ElementOf<T>, replacement: ElementOf<T>): ElementOf<T> {
    const [from, to] = [this.#encode(expected) as number, this.#encode(replacement) as number]
    return this.#decode(Atomics.compareExchange(this.#bits as Int32Array, 0, from, to))
  }

  /** The lock that goes with the value; throws ERR_INVALID_STATE when it was made with `lock: false`. Python: `get_lock()`. */
  get lock(): Lock {
    if (this.load(HasLock) === 0) throw invalidState('this Value was made with lock: false')
    return instanceAt(new Place(this.block, this.at(LockWord)), Lock)
  }
}

/** The same bytes as integers that Atomics take. */
function bitsOf(view: InstanceType<(typeof numberTypes)[NumberType]>): Bits | BigInt64Array {
  if (view instanceof Float32Array) return new Int32Array(view.buffer, 0, 1)
  if (view instanceof Float64Array || view instanceof BigUint64Array)
    return new BigInt64Array(view.buffer, 0, 1)
  return view
}

/** Throws ERR_INVALID_ARGUMENT for what the array's elements cannot be. */
export function checkElement(value: unknown, array: object, name: string): void {
  const wanted = array instanceof BigInt64Array || array instanceof BigUint64Array ? 'bigint' : 'number'
  if (typeof value !== wanted) throw invalidArgument(`a ${wanted}`, name, value)
}

function valuePlace(type: NumberType, options: LockOption | undefined): Place {
  readNumberType(type, 'the type of a Value')
  const { lock = true, context = 'threads' } = readLockOption(options, 'Value')
  const place = newPlace(context, LockWord + 1)
  Atomics.store(place.block.words, place.start + Type, typeNumber(type))
  Atomics.store(place.block.words, place.start + HasLock, Number(lock))
  return place
}

primitiveType('Value', Value)
