/**
 * How locks, queues, shared arrays and their like travel inside arguments, closures, initArgs and items.
 *
 * Structured cloning knows nothing of our classes, so the sender replaces each shared object by a token (`pack`) and the
 * receiver makes the token a real instance again (`unpack`). `pack` returns the value itself when nothing in it is
 * shared; what it returns goes through postMessage, through `v8.Serializer` or through the channel of a child process
 * alike. Shared objects are found at the top level and in plain arrays, plain objects, Maps and Sets down to
 * `packDepth` of them inside each other; cycles and repeated references survive. A shared object anywhere else (deeper,
 * or in a field of a class instance) makes the clone throw ERR_NOT_SHAREABLE instead of arriving as an empty object.
 *
 * Costs: one comparison while the thread has no shared object at all; else one pass over the containers.
 */
import { inspect } from 'node:util'
import { MillraceError } from '../core/errors.js'

/** Where a value goes: to a thread of this process, or to another process. */
export type ShareTarget = 'threads' | 'processes'

/** The method by which a shared object describes itself; the same in every copy of the package. */
export const share: unique symbol = Symbol.for('millrace.share') as never

/** What crosses in place of a shared object: structured-cloneable, without shared objects of its own. */
export interface ShareToken {
  readonly type: string
  readonly data: unknown
}

/** How many containers inside each other `pack` looks into. */
export const packDepth = 8

let sharedObjects = 0

/** What a class of shared objects extends. */
export abstract class SharedObject {
  /** Makes the token for the target, or throws ERR_NOT_SHAREABLE when this kind cannot go there. */
  abstract [share](target: ShareTarget): ShareToken

  constructor() {
    sharedObjects++
    // A structured clone reads every enumerable property: one that did not pass through pack() fails loudly here.
    Object.defineProperty(this, 'unpacked', { get: refuse, enumerable: true })
  }

  [inspect.custom](): string {
    return `${this.constructor.name} {}`
  }

  toJSON(): never {
    throw notShareable(
      this.constructor.name,
      'cannot be written as JSON',
      'pass the object itself to a worker',
    )
  }
}

function refuse(this: SharedObject): never {
  throw notShareable(
    this.constructor.name,
    'cannot be copied from here',
    `give it to a worker as an argument, in a closure, or in plain arrays, objects, Maps and Sets at most ${packDepth} deep`,
  )
}

export function notShareable(name: string, why: string, hint: string): MillraceError {
  return new MillraceError('ERR_NOT_SHAREABLE', `a ${name} ${why}`, { hint })
}

type Revive = (data: never) => unknown
const types = new Map<string, Revive>()

/** Says how tokens of one type become instances. The receiver must have loaded the module that calls this. */
export function shareableType<D>(type: string, revive: (data: D) => unknown): void {
  types.set(type, revive as Revive)
}

const mark = 'millrace:packed'

interface Envelope {
  readonly [mark]: true
  readonly root: { value: unknown }
  readonly tokens: readonly ShareToken[]
  /** Where tokens stand in arrays and objects: container, key, token. */
  readonly places: readonly [object, string, ShareToken][]
  /** Maps and Sets that hold tokens. */
  readonly collections: readonly (Map<unknown, unknown> | Set<unknown>)[]
}

/** The value as it can be cloned: itself, or an envelope when something in it is shared. */
export function pack(value: unknown, target: ShareTarget): unknown {
  if (typeof value !== 'object' || value === null) return value
  // Data that looks like an envelope is wrapped too, so that unpack() gives it back as it was.
  if (sharedObjects === 0 && !(mark in value)) return value
  const root = { value }
  const containers = containersOf(root)
  if (!containers.holdsShared && !(mark in value)) return value
  return wrap(root, containers.found, child => (isShared(child) ? child[share](target) : undefined))
}

/** As `pack`, and with SharedArrayBuffers as tokens too, wherever `pack` would find a shared object. */
export function packBuffers(value: unknown): unknown {
  const root = { value }
  return wrap(root, containersOf(root).found, bufferToken)
}

shareableType('SharedArrayBuffer', (view: Uint8Array) => view.buffer)

const bufferToken = (value: object): ShareToken | undefined =>
  value instanceof SharedArrayBuffer ? { type: 'SharedArrayBuffer', data: new Uint8Array(value) } : undefined

/** What `pack` was given, with real instances in place of tokens. */
export function unpack(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(mark in value)) return value
  const envelope = value as Envelope
  const instances = new Map<unknown, unknown>()
  for (const token of envelope.tokens) instances.set(token, revive(token))
  for (const [container, key, token] of envelope.places) put(container, key, instances.get(token))
  for (const collection of envelope.collections) refill(collection, item => instances.get(item) ?? item)
  return envelope.root.value
}

/** The instance of one token. */
export function revive(token: ShareToken): unknown {
  const make = types.get(token.type)
  if (make) return make(token.data as never)
  throw new MillraceError('ERR_INTERNAL', `no class of shared objects is named ${JSON.stringify(token.type)}`)
}

const isShared = (value: unknown): value is SharedObject =>
  typeof value === 'object' && value !== null && share in value

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Array.isArray(value) ||
    prototype === Map.prototype ||
    prototype === Set.prototype
  )
}

/** Level by level, so that a container that is reached by several ways counts at its least depth. */
function containersOf(root: object): { found: Set<object>; holdsShared: boolean } {
  const found = new Set([root])
  let holdsShared = false
  let level: object[] = [root]
  for (let depth = 0; depth <= packDepth && level.length > 0; depth++) {
    const next: object[] = []
    const visit = (child: unknown) => {
      if (typeof child !== 'object' || child === null) return
      if (isShared(child)) holdsShared = true
      else if (depth < packDepth && isContainer(child) && !found.has(child)) {
        found.add(child)
        next.push(child)
      }
    }
    for (const container of level) eachChild(container, visit)
    level = next
  }
  return { found, holdsShared }
}

function eachChild(container: object, visit: (child: unknown) => void): void {
  if (Array.isArray(container)) {
    for (const child of container) visit(child)
  } else if (container instanceof Map) {
    for (const [key, child] of container) {
      visit(key)
      visit(child)
    }
  } else if (container instanceof Set) {
    for (const child of container) visit(child)
  } else {
    for (const key of Object.keys(container)) visit((container as Record<string, unknown>)[key])
  }
}

/** `tokenOf` makes the token of a child that needs one; it is asked once for each object. */
function wrap(
  root: { value: unknown },
  containers: Set<object>,
  tokenOf: (child: object) => ShareToken | undefined,
): Envelope {
  const copies = new Map<object, object>()
  for (const container of containers) copies.set(container, copyOf(container))
  const tokens = new Map<object, ShareToken>()
  const token = (child: unknown): ShareToken | undefined => {
    if (typeof child !== 'object' || child === null) return undefined
    const made = tokens.get(child) ?? tokenOf(child)
    if (made) tokens.set(child, made)
    return made
  }
  const places: [object, string, ShareToken][] = []
  const collections: (Map<unknown, unknown> | Set<unknown>)[] = []
  for (const copy of copies.values()) {
    if (copy instanceof Map || copy instanceof Set) {
      let holdsToken = false
      refill(copy, child => {
        const replacement = token(child)
        holdsToken ||= replacement !== undefined
        return replacement ?? copies.get(child as object) ?? child
      })
      if (holdsToken) collections.push(copy)
      continue
    }
    for (const key of Object.keys(copy)) {
      const child = (copy as Record<string, unknown>)[key]
      const replacement = token(child)
      if (replacement) places.push([copy, key, replacement])
      const value = replacement ?? copies.get(child as object)
      if (value) put(copy, key, value)
    }
  }
  return {
    [mark]: true,
    root: copies.get(root) as { value: unknown },
    tokens: [...tokens.values()],
    places,
    collections,
  }
}

function copyOf(container: object): object {
  if (Array.isArray(container)) return container.slice()
  if (container instanceof Map) return new Map(container)
  return container instanceof Set ? new Set(container) : { ...container }
}

/** Replaces each key and value, keeping their order. */
function refill(
  collection: Map<unknown, unknown> | Set<unknown>,
  replaced: (item: unknown) => unknown,
): void {
  const items = [...collection]
  collection.clear()
  if (collection instanceof Set) {
    for (const item of items) collection.add(replaced(item))
  } else {
    for (const [key, item] of items as [unknown, unknown][]) collection.set(replaced(key), replaced(item))
  }
}

function put(container: object, key: string, value: unknown): void {
  // Not an assignment: the key may be __proto__.
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true })
}
