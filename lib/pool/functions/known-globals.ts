// What every worker has by itself. A fixed list: the caller's own `globalThis` may hold more, which a worker lacks.
const names = new Set(
  `globalThis Infinity NaN undefined isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape unescape eval Object Function Boolean Symbol Error AggregateError EvalError RangeError
  ReferenceError SyntaxError TypeError URIError SuppressedError Number BigInt Math Date Temporal String RegExp Array
  Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array
  Float16Array Float32Array Float64Array Map Set WeakMap WeakSet WeakRef FinalizationRegistry ArrayBuffer
  SharedArrayBuffer DataView Atomics JSON Iterator Promise Proxy Reflect Intl WebAssembly DisposableStack
  AsyncDisposableStack
  global process console Buffer queueMicrotask structuredClone setTimeout clearTimeout setInterval clearInterval
  setImmediate clearImmediate URL URLSearchParams TextEncoder TextDecoder AbortController AbortSignal Event EventTarget
  MessageChannel MessagePort MessageEvent BroadcastChannel Blob File DOMException performance PerformanceEntry
  PerformanceMark PerformanceMeasure PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming
  fetch FormData Headers Request Response WebSocket CloseEvent CustomEvent EventSource Storage navigator Navigator
  crypto Crypto CryptoKey SubtleCrypto atob btoa ReadableStream ReadableStreamDefaultReader ReadableStreamBYOBReader
  ReadableStreamBYOBRequest ReadableByteStreamController ReadableStreamDefaultController WritableStream
  WritableStreamDefaultWriter WritableStreamDefaultController TransformStream TransformStreamDefaultController
  ByteLengthQueuingStrategy CountQueuingStrategy TextEncoderStream TextDecoderStream CompressionStream
  DecompressionStream URLPattern`.split(/\s+/),
)

/** What the compiler of a shipped function binds beside the closure. */
export const injectedNames: ReadonlySet<string> = new Set([
  'require',
  '__filename',
  '__dirname',
  '__name',
  'currentTask',
])

export function isKnownGlobal(name: string): boolean {
  return names.has(name) && (name in globalThis || name === 'undefined')
}

/** Counters that istanbul puts into functions; workers bind a stand-in that counts nothing. */
export function isCoverageCounter(name: string): boolean {
  return /^cov_[a-z0-9]+$/.test(name)
}
