import { invalidArgument } from '../../core/errors.js'
import { integer } from '../../core/options.js'
import { newPlace } from './blocks.js'
import { invalidState } from './errors.js'
import { Lock } from './lock.js'
import {
  type ArrayOf,
  type ElementOf,
  type NumberType,
  numberTypes,
  readNumberType,
  typeNumber,
  typeOfNumber,
} from './number-types.js'
import { instanceAt, Primitive, primitiveType } from './primitive.js'
import { Place } from './shared-block.js'
import { checkElement, type LockOption, readLockOption } from './value.js'

const Type = 0
const HasLock = 1
const LengthLow = 2
const LengthHigh = 3
const LockWord = 4
// Elements begin at a multiple of 8 bytes.
const Elements = 8

/**
 * A typed array that threads or processes share without copies. Python's `multiprocessing.Array`.
 *
 * `.array` is an ordinary typed array over the shared memory: writes are seen by all, and it is as fast as any other.
 * Take `.lock` where two may write the same element.
 *
 * @example
 * const squares = SharedArray.from('f64', [1, 4, 9])
 * squares.array[1] = 16
 * console.log(squares.length, squares.array[1]) // 3 16
 */
export class SharedArray<T extends NumberType> extends Primitive {
  readonly type: T
  readonly array: ArrayOf<T>

  constructor(type: T | Place, length?: number, options?: LockOption) {
    super('SharedArray', type instanceof Place ? type : arrayPlace(type, length, options))
    this.type = typeOfNumber(this.load(Type)) as T
    const size = this.load(LengthHigh) * 2 ** 31 + this.load(LengthLow)
    this.array = new numberTypes[this.type](
      this.block.buffer as ArrayBuffer,
      this.at(Elements) * 4,
      size,
    ) as ArrayOf<T>
  }

  /** A shared copy of the numbers. */
  static from<T extends NumberType>(
    type: T,
    data: Iterable<ElementOf<T>> | ArrayLike<ElementOf<T>>,
    options?: LockOption,
  ): SharedArray<T> {
    if (typeof data !== 'object' || data === null) throw invalidArgument('an array or iterable', 'data', data)
    const values = 'length' in data ? data : [...data]
    const shared = new SharedArray(type, values.length, options)
    if (!ArrayBuffer.isView(values)) {
      for (let i = 0; i < values.length; i++) checkElement(values[i], shared.array, `data[${i}]`)
    }
    ;(shared.array as Float64Array).set(values as ArrayLike<number>)
    return shared
  }

  get length(): number {
    return this.array.length
  }

  /** The lock that goes with the array; throws ERR_INVALID_STATE when it was made with `lock: false`. Python: `get_lock()`. */
  get lock(): Lock {
    if (this.load(HasLock) === 0) throw invalidState('this SharedArray was made with lock: false')
    return instanceAt(new Place(this.block, this.at(LockWord)), Lock)
  }
}

function arrayPlace(type: NumberType, length: number | undefined, options: LockOption | undefined): Place {
  readNumberType(type, 'the type of a SharedArray')
  const count = integer(0)(length, 'the length of a SharedArray')
  const { lock = true, context = 'threads' } = readLockOption(options, 'SharedArray')
  const place = newPlace(context, Elements, count * numberTypes[type].BYTES_PER_ELEMENT)
  const words = [typeNumber(type), Number(lock), count % 2 ** 31, Math.floor(count / 2 ** 31)]
  for (const [offset, word] of words.entries()) Atomics.store(place.block.words, place.start + offset, word)
  return place
}

primitiveType('SharedArray', SharedArray)
