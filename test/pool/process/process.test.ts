import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  activeChildren,
  currentProcess,
  type Event,
  getContext,
  importTasks,
  Lock,
  Process,
  parentProcess,
  Queue,
} from 'millrace'
import { describe, expect, test } from 'vitest'

const code = (expected: string) => expect.objectContaining({ code: expected })
const contexts = ['processes', 'threads'] as const
const tasks = importTasks<{ introduce: (results: unknown) => unknown }>(
  new URL('./fixtures/tasks.mjs', import.meta.url),
)

describe.each(contexts)('a Process in %s', context => {
  test('runs its target with arguments and a closure, and ends with code 0', async () => {
    const { Queue } = getContext(context)
    const results = Queue<unknown[]>()
    const k = 3
    const child = new Process({
      context,
      target: async (results: Queue, a: number) => results.put([a * k, process.pid]),
      args: [results, 2],
      closure: { k },
      name: 'worker',
    })
    expect([child.pid, child.exitCode, child.isAlive, child.name]).toEqual([undefined, null, false, 'worker'])
    child.start()
    expect(child.isAlive).toBe(true)
    expect(activeChildren()).toContain(child)
    const [product, pid] = await results.get()
    expect(product).toBe(6)
    expect(pid).toBe(child.pid)
    expect(await child.join()).toBe(true)
    expect([child.exitCode, child.isAlive]).toEqual([0, false])
    expect(activeChildren()).not.toContain(child)
    expect(await child.sentinel).toEqual({ exitCode: 0 })
    child.close()
    expect(() => child.start()).toThrow(code('ERR_INVALID_STATE'))
    await expect(child.join()).rejects.toEqual(code('ERR_INVALID_STATE'))
  })

  test('exit codes: process.exit, a throw, terminate, kill', async () => {
    const run = async (target: () => unknown, end?: 'terminate' | 'kill') => {
      const { Event } = getContext(context)
      const ready = Event()
      const child = new Process({
        context,
        target: async (ready: Event, source: string) => {
          ready.set()
          await new Function(`return (${source})`)()()
        },
        args: [ready, target.toString()],
      })
      child.start()
      await ready.wait()
      if (end) child[end]()
      await child.join()
      return child
    }
    const forever = () => new Promise(() => setInterval(() => {}, 1000))
    const loop = () => {
      while (true);
    }
    expect((await run(() => process.exit(7))).exitCode).toBe(7)
    expect((await run(() => process.exit(0))).exitCode).toBe(0)
    expect((await run(forever, 'terminate')).exitCode).toBe(-15)
    expect((await run(forever, 'kill')).exitCode).toBe(-9)
    expect((await run(loop, 'kill')).exitCode).toBe(-9)
    const failed = await run(() => {
      throw new RangeError('in the target')
    })
    expect(failed.exitCode).toBe(1)
    const { error } = await failed.sentinel
    expect(error).toBeInstanceOf(RangeError)
    expect((error as Error).message).toBe('in the target')
  })

  test('join gives up after its timeout or by its signal, and close refuses while it runs', async () => {
    const child = new Process({ context, target: () => new Promise(() => setInterval(() => {}, 1000)) })
    await expect(child.join()).rejects.toEqual(code('ERR_INVALID_STATE'))
    expect(() => child.terminate()).toThrow(code('ERR_INVALID_STATE'))
    child.start()
    expect(() => child.start()).toThrow(code('ERR_INVALID_STATE'))
    expect(await child.join(20)).toBe(false)
    expect(await child.join({ timeout: 0 })).toBe(false)
    await expect(child.join({ signal: AbortSignal.timeout(5) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(() => child.close()).toThrow(code('ERR_INVALID_STATE'))
    child.kill()
    expect(await child.join()).toBe(true)
    child.kill()
    child.close()
  })

  test('knows itself and its parent', async () => {
    const { Queue } = getContext(context)
    const results = Queue<unknown[]>()
    const child = new Process({
      context,
      daemon: true,
      target: tasks.introduce,
      args: [results],
    })
    child.start()
    const [own, parent] = await results.get()
    expect(own).toEqual({ name: child.name, daemon: true, pid: child.pid })
    expect(parent).toEqual({ name: 'MainProcess', pid: process.pid })
    await child.join()
  })

  test('is terminated and awaited at the end of its scope', async () => {
    const child = new Process({ context, target: () => new Promise(() => setInterval(() => {}, 1000)) })
    child.start()
    await child[Symbol.asyncDispose]()
    expect(child.isAlive).toBe(false)
    expect(child.exitCode).toBe(-15)
  })
})

test('what a target cannot take along is named when the Process is made', () => {
  const captured = 1
  expect(() => new Process({ target: () => captured })).toThrow(code('ERR_CLOSURE'))
  expect(() => new Process({} as never)).toThrow(code('ERR_INVALID_ARGUMENT'))
  expect(() => new Process({ target: () => 1, args: 5 } as never)).toThrow(code('ERR_INVALID_ARGUMENT'))
  expect(() => new Process({ target: () => 1, deamon: true } as never)).toThrow(code('ERR_UNKNOWN_OPTION'))
})

test('a lock of threads is refused by a child process at its start', () => {
  const child = new Process({ target: (_: Lock) => 1, args: [new Lock()] })
  expect(() => child.start()).toThrow(code('ERR_NOT_SHAREABLE'))
  expect(child.isAlive).toBe(false)
  expect(new Queue().empty()).toBe(true)
})

test('this process has no parent and its own name', () => {
  expect(parentProcess()).toBe(null)
  expect(currentProcess()).toEqual({ name: 'MainProcess', pid: process.pid, daemon: false })
})

/** A program that starts a Process, which prints its pid and goes on with `rest`. */
function program(rest: string, daemon: boolean, after = '') {
  const text = `
    import { Process } from ${JSON.stringify(import.meta.resolve('millrace'))}
    const target = () => { console.log(process.pid); ${rest} }
    new Process({ target, daemon: ${daemon} }).start()
    ${after}`
  return spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function pidOf(parent: ReturnType<typeof program>): Promise<number> {
  return Number((await once(parent.stdout!, 'data'))[0])
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

const forever = 'return new Promise(() => setInterval(() => {}, 1000))'
const loop = 'while (true);'

test.each([
  ['waits', forever],
  ['blocks', loop],
])('a daemon that %s does not keep its parent alive, and ends with it', async (_, rest) => {
  const parent = program(rest, true, 'setTimeout(() => {}, 1000)')
  const exit = once(parent, 'exit')
  const pid = await pidOf(parent)
  expect((await exit)[0]).toBe(0)
  await gone(pid)
})

test.each([
  ['waits', forever],
  ['blocks', loop],
])('a daemon that %s ends when its parent is killed', async (_, rest) => {
  const parent = program(rest, true, 'setInterval(() => {}, 1000)')
  const pid = await pidOf(parent)
  expect(pid).toBeGreaterThan(0)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await gone(pid)
})

test('a process that is no daemon keeps its parent alive until it ends, and survives its death', async () => {
  const parent = program('return new Promise(resolve => setTimeout(resolve, 300))', false)
  const exit = once(parent, 'exit')
  const pid = await pidOf(parent)
  expect((await exit)[0]).toBe(0)
  expect(() => process.kill(pid, 0)).toThrow()

  const killed = program(forever, false)
  const child = await pidOf(killed)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  process.kill(child, 0)
  process.kill(child, 'SIGKILL')
  await gone(child)
})
