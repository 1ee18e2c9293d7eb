/**
 * What is measured of a pool of workers. Every measurement checks its results: a wrong one fails the contender.
 *
 * @typedef {object} PoolSession what each file in `peers/pools` returns from `connect`
 * @property {(name: string, items: any, options?: object) => PromiseLike<any>} map
 * @property {(name: string, item: any) => PromiseLike<any>} apply
 * @property {() => PromiseLike<unknown>} close
 *
 * @typedef {{ numbers: number, objects: number, inFlight: number, single: number, bytes: number, tasks: number }} Sizes
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const REPEATS = 3

/** Every item is a message to these: fewer of them show the same cost an item. */
const MESSAGE_AN_ITEM = ['pools/piscina', 'pools/tinypool', 'pools/workerpool']
const FEWER = 10

const cube = (/** @type {number} */ x) => x ** 3

/**
 * @param {PoolSession} pool
 * @param {import('./contender.mjs').Task} task
 */
export async function measureMap(pool, { peer, variant, sizes }) {
  const fewer = MESSAGE_AN_ITEM.includes(peer) && variant === undefined ? FEWER : 1
  const numbers = Array.from({ length: sizes.numbers / fewer }, (_, i) => i)
  const objects = orderLines(sizes.objects / fewer)
  await pool.map('cube', numbers.slice(0, 1000))
  const numbersMs = await bestMs(async () => {
    const cubes = await pool.map('cube', numbers)
    return () =>
      check(numbers.length === cubes.length && numbers.every((x, at) => cubes[at] === cube(x)), 'cubes')
  })
  const objectsMs = await bestMs(async () => {
    const totals = await pool.map('lineTotal', objects)
    const right = (/** @type {any} */ total, /** @type {number} */ at) =>
      total.id === at &&
      total.name === objects[at].name &&
      total.total === objects[at].price * objects[at].quantity
    return () => check(totals.length === objects.length && totals.every(right), 'totals')
  })
  return { numbersUs: (1000 * numbersMs) / numbers.length, objectsUs: (1000 * objectsMs) / objects.length }
}

/**
 * @param {PoolSession} pool
 * @param {import('./contender.mjs').Task} task
 */
export async function measureApply(pool, { sizes }) {
  const { inFlight, single } = sizes
  const inFlightMs = await bestMs(async () => {
    const cubes = await Promise.all(Array.from({ length: inFlight }, (_, i) => pool.apply('cube', i)))
    return () => check(cubes.length === inFlight && cubes.every((c, at) => c === cube(at)), 'cubes')
  })
  const times = []
  for (let i = 0; i < single; i++) {
    const start = performance.now()
    const result = await pool.apply('cube', i)
    times.push(performance.now() - start)
    check(result === cube(i), 'a cube')
  }
  times.sort((a, b) => a - b)
  return {
    inFlightUs: (1000 * inFlightMs) / inFlight,
    p50Us: 1000 * times[single >> 1],
    p99Us: 1000 * times[Math.floor(single * 0.99)],
  }
}

/**
 * The makespan of tasks of very different lengths over the ideal one, in three orders.
 *
 * @param {PoolSession} pool
 * @param {import('./contender.mjs').Task} task
 */
export async function measureSkew(pool, { threads, sizes }) {
  const scale = Math.min(1, sizes.numbers / 1_000_000)
  const lengths = Array.from({ length: 400 }, (_, i) => scale * 0.1 * 400 ** (i / 399))
  const shuffled = lengths.map((ms, at) => ({ ms, key: (at * 7919) % 401 })).sort((a, b) => a.key - b.key)
  const orders = [lengths, lengths.toReversed(), shuffled.map(({ ms }) => ms)]
  await pool.map('busy', [0.1, 0.1, 0.1, 0.1])
  const ideal = lengths.reduce((sum, ms) => sum + ms, 0) / threads
  const makespans = []
  for (const order of orders) {
    const start = performance.now()
    const done = await pool.map('busy', order)
    makespans.push((performance.now() - start) / ideal)
    check(done.length === order.length, 'the tasks')
  }
  return { makespans }
}

/**
 * Memory while everything is in flight, above what there is before it. Objects and tasks are counted after a garbage
 * collection, at once: nothing is done before the submitting code lets go of the thread.
 *
 * @param {PoolSession} pool
 * @param {import('./contender.mjs').Task} task
 */
export async function measureMemory(pool, { peer, sizes }) {
  const { bytes, tasks } = sizes
  await pool.map('cube', [1, 2, 3])
  const ours = peer === 'pools/millrace'
  const doubles = ours ? await doublesBeside(pool, bytes) : undefined
  const objects = ours ? await objectsBeside(pool, tasks) : undefined
  const before = heapBytes()
  const running = new Array(tasks)
  for (let i = 0; i < tasks; i++) running[i] = pool.apply('cube', i)
  const during = heapBytes()
  const cubes = await Promise.all(running)
  check(
    cubes.every((c, at) => c === cube(at)),
    'cubes',
  )
  return { memory: [doubles ?? null, objects ?? null, (during - before) / tasks - 8] }
}

/**
 * Megabytes of resident memory that a map of doubles takes beside its input and its results.
 *
 * @param {PoolSession} pool
 * @param {number} bytes
 */
async function doublesBeside(pool, bytes) {
  const input = new Float64Array(new SharedArrayBuffer(bytes)).fill(1.5)
  collectGarbage()
  const before = process.memoryUsage.rss()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 1)
  const cubes = await pool.map('cube', input, { returns: 'float64' })
  clearInterval(watch)
  check(cubes.length === input.length && cubes.every((/** @type {number} */ c) => c === 3.375), 'cubes')
  return (most - before - bytes) / 2 ** 20
}

/**
 * Bytes an item that a map of objects takes on the heap of the submitting thread, beside the objects.
 *
 * @param {PoolSession} pool
 * @param {number} count
 */
async function objectsBeside(pool, count) {
  const lines = orderLines(count)
  const before = heapBytes()
  const running = pool.map('lineTotal', lines)
  const during = heapBytes()
  const totals = await running
  check(totals.length === count, 'totals')
  return (during - before) / count
}

function heapBytes() {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function collectGarbage() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

/** @param {number} count */
function orderLines(count) {
  return Array.from({ length: count }, (_, id) => {
    return { id, name: `item ${id % 100}`, price: (id % 1000) / 100, quantity: 1 + (id % 7) }
  })
}

/**
 * The best of a few runs, after one that warms up; what a run returns checks its results, outside the time.
 *
 * @param {() => Promise<() => void>} job
 */
async function bestMs(job) {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run <= REPEATS; run++) {
    const start = performance.now()
    const verify = await job()
    const ms = performance.now() - start
    verify()
    if (run > 0) best = Math.min(best, ms)
  }
  return best
}

/**
 * @param {boolean} right
 * @param {string} what
 */
function check(right, what) {
  if (!right) throw new Error(`the pool got ${what} wrong`)
}
