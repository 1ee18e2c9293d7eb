import { describe, expect, test } from 'vitest'
import { ClosureError, importTasks, TaskLoadError, task } from '../../dist/index.js'
import { analyseFunction } from '../../dist/pool/functions/analyse-function.js'
import { type Callable, loadFunction } from '../../dist/pool/functions/load-function.js'
import { shipFunction } from '../../dist/pool/functions/ship-function.js'
import { written } from './written.js'

const around = { currentTask: () => undefined, loader: 'none' }

/** Free names of a text, sorted. */
function free(source: string): string[] {
  const found = analyseFunction(source)
  if (!found || typeof found === 'string') throw new Error(`unexpected: ${found}`)
  return [...found.free.keys()].sort()
}

const load = async (fn: unknown, closure?: Record<string, unknown>): Promise<Callable> =>
  loadFunction(structuredClone(shipFunction(fn, 'pool.map', closure)), around)

describe('the free names of a function', () => {
  test.each<[string, string[]]>([
    ['x => x * k + t[0]', ['k', 't']],
    ['({ a, b: { c = d }, ...rest }, [e, , f = a]) => a + c + rest.x + e + f', ['d']],
    ['(a, b = a, c = () => b + z) => c()', ['z']],
    ['function f(n) { return n < 2 ? 1 : n * f(n - 1) }', []],
    ['x => { for (const k of x) { var seen = k } return seen + k }', ['k']],
    [
      'x => { try { risky(x) } catch ({ message }) { return message } finally { done() } }',
      ['done', 'risky'],
    ],
    ['x => { try { return x } catch { return y } }', ['y']],
    ['() => { return later(); function later() { return hoisted } var hoisted = 1 }', []],
    ['x => { outer: for (;;) { if (x) break outer; else continue outer } }', []],
    [`x => \`a \${x + \`\${deep}\`} b\``, ['deep']],
    ['x => x.map(y => /[/]k/.test(y) / 2 / k)', ['k']],
    [
      'x => ({ k: x, x, [computed]: 1, method(a) { return a + free }, get g() { return this.q } })',
      ['computed', 'free'],
    ],
    ['x => ({ a: x.b = other } = x)', ['other']],
    ['([a, b]) => { [a, b] = [b, a]; ({ a, c: b = d } = a); return a }', ['d']],
    ['async x => { for await (const y of x) await y; return (await z).w }', ['z']],
    ['function* g(n) { while (n--) yield* yield n, m }', ['m']],
    ['x => typeof window === "undefined" ? x : window', []],
    [
      'x => { class A extends B { #p = q; static s = this.t; [k]() { return super.v + this.#p } } return new A(x) }',
      ['B', 'k', 'q'],
    ],
    ['x => new x.Y().z ?? new Z', ['Z']],
    ['x => { let y; switch (x) { case w: let v = 1; return v; default: return y } }', ['w']],
    ['x => function named() { return named }', []],
    ['x => x?.k?.[k2]?.(k3) ?.5 : 1', ['k2', 'k3']],
    ['async (a) => { const async = 1; return async + await (async b => b + c)(a) }', ['c']],
    ['x => a => b => x + a + b + c', ['c']],
    ['(x) => ((y) + (z = 1, (w)))', ['w', 'y', 'z']],
    ['x => { if (x) return\n  y\n}', ['y']],
    ['x => \\u006bey', ['key']],
    ['x => { var { length: { l } } = x, m = l; return m + n }', ['n']],
    ['x => { a: { break a } }', []],
    ['x => x in y', ['y']],
    ['x => { for (x in y);  for (var z in y) z; for (let i = 0, n = ("a" in y); i < n; i++) i; }', ['y']],
    ['function () { return arguments.length }', []],
    ['() => arguments', ['arguments']],
    ['() => this.k', ['this']],
    ['() => import.meta.url', ['import.meta']],
    ['() => new.target', ['new.target']],
    ['x => x.#k', ['#private']],
    ['x => { using a = b; await: for (;;) break await }', ['b']],
    ['x => x\n  /* k */ // k\n  + `k`.length + "k" + \'k\'', []],
  ])('%s', (source, names) => {
    expect(free(source)).toEqual(names)
  })

  test('a function that cannot be read as one is not guessed at', () => {
    expect(analyseFunction('x => {')).toBeUndefined()
    expect(analyseFunction('class A {}')).toBe('class')
    expect(analyseFunction('get a() { return 1 }')).toBe('accessor')
    expect(analyseFunction(String(Math.sqrt))).toBe('native')
  })
})

describe('an inline function', () => {
  test('runs elsewhere with the same result', async () => {
    const cube = await load(written('x => x ** 3'))
    expect([1, 2, 3].map(x => cube(x))).toEqual([1, 8, 27])
  })

  test('that captures is refused, with the names, the line and the remedy', () => {
    const act = () => shipFunction(written('x => x * k + t[0]'), 'pool.map')
    expect(act).toThrow(ClosureError)
    expect(act).toThrow(/pool\.map uses 'k' \(line \d+\), 't' \(line \d+\), which live in the caller/)
    expect(act).toThrow(/closure: \{ k, t \}/)
    try {
      act()
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_CLOSURE', names: ['k', 't'] })
    }
  })

  test('gets what it captures by closure, functions too', async () => {
    const double = written('x => x * 2')
    const fn = await load(written('x => double(x) + k[0]'), { k: [5], double })
    expect(fn(4)).toBe(13)
  })

  test('may be a method, a generator, async, or named', async () => {
    const { plain, starred, waits } = written(
      '{ plain(x) { return x + 1 }, *starred(x) { yield x; yield x + 1 }, async waits(x) { return x } }',
    )
    expect((await load(plain))(1)).toBe(2)
    expect([...((await load(starred))(1) as Iterable<number>)]).toEqual([1, 2])
    expect(await (await load(waits))(7)).toBe(7)
    expect((await load(written('function fact(n) { return n < 2 ? 1 : n * fact(n - 1) }')))(5)).toBe(120)
  })

  test('may be a function of the language', async () => {
    expect((await load(Math.sqrt))(16)).toBe(4)
    expect((await load(Number))('12')).toBe(12)
    expect((await load(JSON.stringify))({ a: 1 })).toBe('{"a":1}')
  })

  test('resolves import() and require from the file of the caller', async () => {
    const fn = await load(written('async () => (await import("./fixtures/tasks.mjs")).square(3)'))
    expect(await fn()).toBe(9)
    const required = await load(
      written('() => require("./fixtures/number.cjs") + __filename.length - __filename.length'),
    )
    expect(required()).toBe(42)
    const folder = await load(written('() => __dirname'))
    expect(folder()).toBe(import.meta.dirname)
  })

  test('survives what esbuild and istanbul put into it', async () => {
    const named = await load(written('x => { const f = __name(() => x + 1, "f"); return f() }'))
    expect(named(1)).toBe(2)
    const counted = await load(
      written('x => { cov_1a2b().f[0]++; cov_1a2b().b[0][1]++; return cov_1a2b().s[1]++, x }'),
    )
    expect(counted(3)).toBe(3)
  })

  test.each<[string, unknown, RegExp]>([
    ['a class', class A {}, /given a class/],
    [
      'an accessor',
      Object.getOwnPropertyDescriptor(
        {
          get a() {
            return 1
          },
        },
        'a',
      )!.get,
      /given a accessor|given an accessor/,
    ],
    ['a bound function', (() => 1).bind(undefined), /a bound function/],
    ['this', written('function f() { return this.k }'), /`this`/],
    ['super', written('{ f() { return super.f() } }').f, /`super`/],
    ['import.meta', { toString: () => '' }, /Expected a function/],
    [
      'an import of vitest',
      written('x => __vi_import_0__.square(x)'),
      /an import \(renamed by vitest or vite\)/,
    ],
    ['an import of vite', written('x => (0, __vite_ssr_import_2__.square)(x)'), /renamed by vitest or vite/],
    [
      'an import of tsc',
      written('x => (0, tasks_js_1.square)(x)'),
      /an import of 'tasks\.js' \(renamed by tsc\)/,
    ],
    [
      'an import of webpack',
      written('x => _tasks__WEBPACK_IMPORTED_MODULE_0__.square(x)'),
      /an import of tasks \(renamed by webpack\)/,
    ],
    [
      'down-levelled code',
      written('x => __awaiter(void 0, void 0, void 0, function* () {})'),
      /target to ES2022/,
    ],
    ['Stryker', written('x => stryMutAct_9fa48("1") ? 1 : 2'), /Stryker/],
  ])('is refused with advice: %s', (_, fn, message) => {
    expect(() => shipFunction(fn, 'pool.map')).toThrow(message)
  })

  test('a closure must have names that variables can have', () => {
    expect(() => shipFunction(written('x => x'), 'pool.map', { 'a-b': 1 })).toThrow(/no variable name/)
    expect(() => shipFunction(written('x => x'), 'pool.map', { class: 1 })).toThrow(/no variable name/)
  })

  test('of one text is the same reference every time, so that workers keep the compiled code', () => {
    const make = () => written('x => x + 10')
    expect(shipFunction(make(), 'pool.map').ref).toBe(shipFunction(make(), 'pool.map').ref)
  })
})

describe('functions of modules', () => {
  const url = new URL('./fixtures/tasks.mjs', import.meta.url)

  test('are named by importTasks and loaded by the worker alone', async () => {
    const tasks = importTasks<{ square: (x: number) => number; sum: (a: number, b: number) => number }>(url)
    expect((await load(tasks.square))(9)).toBe(81)
    expect((await load(tasks.sum))(2, 3)).toBe(5)
    expect(() => tasks.square(2)).toThrow(TaskLoadError)
    expect(await Promise.resolve(tasks)).toBe(tasks)
  })

  test('a missing export is named with what there is', async () => {
    const tasks = importTasks<{ sqare: (x: number) => number }>(url)
    await expect(load(tasks.sqare)).rejects.toThrow(/exports no function "sqare"; it exports .*square/)
  })

  test('task() marks a function that stays callable, exported or not', async () => {
    const fixture = await import('./fixtures/tasks.mjs')
    expect(fixture.cube(3)).toBe(27)
    expect((await load(fixture.cube))(3)).toBe(27)
    expect((await load(fixture.hidden()))(3)).toBe('hidden 3')
    expect(() => task('./x.js', 'a', () => 1)).toThrow(/import\.meta\.url/)
    expect(() => task(import.meta.url, '', () => 1)).toThrow(/a name/)
  })

  test('take no closure', () => {
    const tasks = importTasks<{ square: (x: number) => number }>(url)
    expect(() => shipFunction(tasks.square, 'pool.map', { k: 1 })).toThrow(/no closure/)
  })
})
