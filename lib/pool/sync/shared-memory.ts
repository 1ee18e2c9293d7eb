import { invalidArgument } from '../../core/errors.js'
import { boolean, byteSize, type OptionReader, readOptions, text } from '../../core/options.js'
import { native } from '../../native.js'
import { SharedObject, type ShareTarget, type ShareToken, share, shareableType } from '../shareable.js'
import { invalidState } from './errors.js'
import { newSegmentName, ownName, removeName } from './segment-names.js'

/** Options of `SharedMemory.create`. */
export interface SharedMemoryOptions {
  /** How many bytes, or text such as '64MB'. They are allocated at once. */
  readonly bytes: number | string
  /** A name by which others attach. Default: one that is free. */
  readonly name?: string | undefined
  /** False: the segment outlives this process, until somebody calls `unlink()`. Default: true, as in Python. */
  readonly track?: boolean | undefined
}

/**
 * Memory with a name, which other processes attach to. Python's `multiprocessing.shared_memory.SharedMemory`.
 *
 * Needs the addon and a POSIX system. May be sent to workers of both contexts, which attach by the name. The name is
 * removed when the thread that created it exits, or by `unlink()`; memory lives until everyone has closed it.
 *
 * @example
 * const memory = SharedMemory.create({ bytes: 1024 })
 * const same = SharedMemory.attach(memory.name)
 * new Uint8Array(memory.buffer)[0] = 7
 * console.log(new Uint8Array(same.buffer)[0]) // 7
 * same.close()
 * memory.close()
 * memory.unlink()
 */
export class SharedMemory extends SharedObject implements Disposable {
  readonly name: string
  readonly #buffer: ArrayBuffer

  private constructor(name: string, buffer: ArrayBuffer) {
    super()
    this.name = name
    this.#buffer = buffer
  }

  /** A new segment of zeros. Throws ERR_IO when the name is taken, ERR_MEMORY_LIMIT when there is no room, ERR_NATIVE_LOAD. */
  static create(options: SharedMemoryOptions): SharedMemory {
    const {
      bytes,
      name,
      track = true,
    } = readOptions<SharedMemoryOptions>(options, 'SharedMemory.create', {
      bytes: byteSize,
      name: segmentName,
      track: boolean,
    })
    if (bytes === undefined)
      throw invalidArgument('a number of bytes', 'SharedMemory.create option bytes', bytes)
    const chosen = name ?? newSegmentName()
    const memory = new SharedMemory(chosen, native().sharedMemoryCreate(chosen, bytes as number))
    if (track) ownName(chosen)
    return memory
  }

  /** A segment that exists. Throws ERR_FILE_NOT_FOUND when none has the name. */
  static attach(name: string): SharedMemory {
    const read = segmentName(name, 'name')
    return new SharedMemory(read, native().sharedMemoryAttach(read))
  }

  /** The memory itself. Throws ERR_INVALID_STATE once it is closed. Atomics work on it; `Atomics.wait` does not. */
  get buffer(): ArrayBuffer {
    if (this.#buffer.byteLength === 0) throw invalidState(`the shared memory '${this.name}' is closed`)
    return this.#buffer
  }

  /** In bytes. */
  get size(): number {
    return this.buffer.byteLength
  }

  /** Unmaps it here; views of the buffer become empty. */
  close(): void {
    native().sharedMemoryDetach(this.#buffer)
  }

  /** Removes the name; false when it was removed before. Who has attached keeps the memory. */
  unlink(): boolean {
    return removeName(this.name)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  [share](_target: ShareTarget): ShareToken {
    return { type: 'SharedMemory', data: this.name }
  }
}

const segmentName: OptionReader<string> = (value, name) => {
  const read = text(value, name)
  if (/^\/[^/\0]{1,250}$/.test(read)) return read
  throw invalidArgument("a name such as '/prices', with one slash at its beginning", name, value)
}

shareableType('SharedMemory', (name: string) => SharedMemory.attach(name))
