import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { getContext, Lock, SharedMemory } from '../../../dist/index.js'
import { start } from './run.js'

const code = (expected: string) => expect.objectContaining({ code: expected })
const url = JSON.stringify(import.meta.resolve('millrace'))
const segments = () => readdirSync('/dev/shm').filter(name => name.startsWith('millrace'))
const isLinux = process.platform === 'linux'

test.each(['threads', 'processes'] as const)('a segment is one memory in %s', async context => {
  const memory = SharedMemory.create({ bytes: '4KiB' })
  const words = new Int32Array(memory.buffer)
  words[1] = 5
  const seen = await start(
    context,
    memory => {
      const words = new Int32Array(memory.buffer)
      return Atomics.add(words, 1, 2)
    },
    memory,
  ).result
  expect([seen, words[1], memory.size]).toEqual([5, 7, 4096])
  expect(memory.unlink()).toBe(true)
  expect(memory.unlink()).toBe(false)
  memory.close()
  expect(words.length).toBe(0)
  expect(() => memory.buffer).toThrow(code('ERR_INVALID_STATE'))
})

test('names are checked, taken once, and missing ones reported', () => {
  const name = `/millrace-test-${process.pid}`
  const memory = SharedMemory.create({ bytes: 10, name })
  expect(memory.size).toBe(10)
  expect(() => SharedMemory.create({ bytes: 10, name })).toThrow(code('ERR_IO'))
  SharedMemory.attach(name).close()
  memory.unlink()
  expect(() => SharedMemory.attach(name)).toThrow(code('ERR_FILE_NOT_FOUND'))
  for (const wrong of ['no-slash', '/two/slashes', '/']) {
    expect(() => SharedMemory.attach(wrong)).toThrow(code('ERR_INVALID_ARGUMENT'))
  }
  expect(() => SharedMemory.create({} as never)).toThrow(code('ERR_INVALID_ARGUMENT'))
  expect(() => SharedMemory.create({ bytes: 2 ** 50 })).toThrow(code('ERR_MEMORY_LIMIT'))
})

const run = (text: string, env: Record<string, string> = {}) =>
  spawnSync(process.execPath, ['--input-type=module', '-e', `import * as m from ${url}\n${text}`], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })

test.runIf(isLinux)('names are gone after a normal end, and after a crash at the next start', () => {
  const make = 'm.getContext("processes").Lock(); m.SharedMemory.create({ bytes: 8 })'
  expect(run(`${make}; process.exit(0)`).status).toBe(0)
  const before = segments()
  expect(run(`${make}; process.kill(process.pid, 'SIGKILL')`).signal).toBe('SIGKILL')
  expect(segments().length).toBe(before.length + 2)
  expect(run(make).status).toBe(0)
  expect(segments().filter(name => !before.includes(name))).toEqual([])
})

test.runIf(isLinux)('track: false lets the segment outlive its maker', () => {
  const name = `/millrace-kept-${process.pid}`
  expect(run(`m.SharedMemory.create({ bytes: 8, name: '${name}', track: false })`).status).toBe(0)
  expect(SharedMemory.attach(name).unlink()).toBe(true)
  expect(run(`m.SharedMemory.create({ bytes: 8, name: '${name}' })`).status).toBe(0)
  expect(() => SharedMemory.attach(name)).toThrow(code('ERR_FILE_NOT_FOUND'))
})

test.runIf(isLinux)(
  'objects that are collected, and threads that end, leave neither names nor descriptors',
  () => {
    const { status, stderr, stdout } = run(`
    import { readdirSync } from 'node:fs'
    import { setFlagsFromString } from 'node:v8'
    import { runInNewContext } from 'node:vm'
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc')
    const count = () => readdirSync('/dev/shm').filter(name => name.startsWith('millrace.')).length
    const descriptors = () => readdirSync('/proc/self/fd').length
    const { Lock } = m.getContext('processes')
    Lock()
    const before = descriptors()
    for (let i = 0; i < 200; i++) await Lock().run(() => {})
    const most = count()
    for (let i = 0; i < 100 && count() > most / 2; i++) { gc(); await new Promise(resolve => setTimeout(resolve, 10)) }
    console.log(count() <= most / 2, descriptors() - before)
  `)
    expect(stderr).toBe('')
    expect(stdout).toBe('true 0\n')
    expect(status).toBe(0)
  },
)

test('nothing pending keeps a process alive, and something pending does', () => {
  const idle = `
    const { Lock, Queue } = m.getContext('processes')
    for (const lock of [new m.Lock(), Lock()]) await lock.acquire()
    for (const queue of [new m.Queue(), Queue()]) { await queue.put(1); await queue.get() }
    for (const event of [new m.Event(), m.getContext('processes').Event()]) await event.wait({ timeout: 5 })`
  expect(run(idle).status).toBe(0)
  const pending = (context: string) => `
    const event = m.getContext('${context}').Event()
    setTimeout(() => event.set(), 200).unref()
    event.wait().then(() => process.exit(42))`
  expect(run(pending('threads')).status).toBe(42)
  expect(run(pending('processes')).status).toBe(42)
})

test('without the addon threads work, and what needs it says so', () => {
  const { stdout } = run(
    `const lock = new m.Lock(); await lock.run(() => console.log('held'))
     try { m.getContext('processes').Lock() } catch (error) { console.log(error.code) }
     try { m.SharedMemory.create({ bytes: 8 }) } catch (error) { console.log(error.code) }`,
    { MILLRACE_BINDING: '/nowhere.node' },
  )
  expect(stdout).toBe('held\nERR_NATIVE_LOAD\nERR_NATIVE_LOAD\n')
})

test('objects of processes go to threads too, and are one object when they come twice', async () => {
  const lock = new Lock({ context: 'processes' })
  const other = getContext('processes').Condition()
  await lock.acquire()
  const same = await start(
    'threads',
    async (lock, again, condition) => {
      const guard = await condition.lock.acquire()
      guard.release()
      return lock === again && lock.tryAcquire() === null
    },
    lock,
    lock,
    other,
  ).result
  expect(same).toBe(true)
  lock.release()
})
