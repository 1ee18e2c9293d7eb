import { inspect } from 'node:util'
import { oneOf, readOptions } from '../../core/options.js'
import { SharedObject, type ShareTarget, type ShareToken, share, shareableType } from '../shareable.js'
import { openBlock } from './blocks.js'
import { type ContextName, Place, type SharedBlock } from './shared-block.js'

/** Where the object can go. */
export interface ContextOption {
  /** 'threads' (the default): to threads of this process. 'processes': to other processes too; needs the addon. */
  readonly context?: ContextName | undefined
}

export const contextReader = oneOf('threads', 'processes')

export const readContext = (options: ContextOption | undefined, name: string): ContextName =>
  readOptions<ContextOption>(options, name, { context: contextReader }).context ?? 'threads'

/** What all primitives have in common: a place in shared memory, and how it travels. */
export abstract class Primitive extends SharedObject {
  readonly #type: string
  readonly #place: Place

  constructor(type: string, place: Place) {
    super()
    this.#type = type
    this.#place = place
    place.block.instances.set(place.start, this)
  }

  /** Where the object can go. */
  get context(): ContextName {
    return this.#place.block.context
  }

  protected get block(): SharedBlock {
    return this.#place.block
  }

  /** The index of word `offset` of this primitive. */
  protected at(offset: number): number {
    return this.#place.start + offset
  }

  protected load(offset: number): number {
    return Atomics.load(this.block.words, this.at(offset))
  }

  protected store(offset: number, value: number): void {
    Atomics.store(this.block.words, this.at(offset), value)
  }

  [share](target: ShareTarget): ShareToken {
    const { block, start } = this.#place
    const data: PlaceToken = { context: block.context, memory: block.token(target, this.#type), start }
    return { type: this.#type, data }
  }

  override [inspect.custom](): string {
    return `${this.#type} { context: '${this.context}' }`
  }
}

/** Where a primitive lies, as it crosses. */
export interface PlaceToken {
  readonly context: ContextName
  readonly memory: unknown
  readonly start: number
}

export const openPlace = ({ context, memory, start }: PlaceToken): Place =>
  new Place(openBlock(context, memory), start)

/** The instance over a place that this thread has already, or a new one. */
export const instanceAt = <P extends Primitive>(place: Place, type: new (place: Place) => P): P =>
  (place.block.instances.get(place.start) as P | undefined) ?? new type(place)

/** Registers a class, so that its instances arrive as instances. The name is what crosses, whatever a bundler does. */
export function primitiveType(name: string, type: new (place: Place) => Primitive): void {
  shareableType(name, (token: PlaceToken) => instanceAt(openPlace(token), type))
}
