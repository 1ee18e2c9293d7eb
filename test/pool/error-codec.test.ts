import { expect, test } from 'vitest'
import { ClosureError, MillraceError, TaskTimeoutError } from '../../dist/index.js'
import { decodeThrown } from '../../dist/pool/error-codec/decode-error.js'
import { encodeThrown } from '../../dist/pool/error-codec/encode-error.js'

// What any context does on the way.
const travel = (thrown: unknown, frames?: string): unknown =>
  decodeThrown(structuredClone(encodeThrown(thrown)), frames)

class BankError extends RangeError {
  readonly account = 7
}

test.each([
  ['Error', new Error('a')],
  ['TypeError', new TypeError('b')],
  ['RangeError', new RangeError('c')],
  ['SyntaxError', new SyntaxError('d')],
  ['ReferenceError', new ReferenceError('e')],
  ['EvalError', new EvalError('f')],
  ['URIError', new URIError('g')],
])('%s keeps its class, message and stack', (_, error) => {
  const back = travel(error) as Error
  expect(back.constructor).toBe(error.constructor)
  expect(back.message).toBe(error.message)
  expect(back.stack).toBe(error.stack)
  expect(Object.prototype.toString.call(back)).toBe('[object Error]')
})

test('a class of the user is one of the same name, above the same class of the language', () => {
  const back = travel(new BankError('broke')) as BankError
  expect(back).toBeInstanceOf(RangeError)
  expect(back.constructor.name).toBe('BankError')
  expect(back.account).toBe(7)
})

test('own properties travel, and those that cannot are shown as text', () => {
  const error = Object.assign(new Error('x'), {
    code: 'E1',
    at: new Date(5),
    map: new Map([[1, 2]]),
    fn: () => 1,
    sym: Symbol('s'),
  })
  const back = travel(error) as typeof error
  expect(back).toMatchObject({ code: 'E1', at: new Date(5), map: new Map([[1, 2]]) })
  expect(back.fn).toMatch(/Function: fn/)
  expect(back.sym).toBe('Symbol(s)')
})

test('the chain of causes travels, cycles included', () => {
  const root = new TypeError('root')
  const error = new Error('top', { cause: new BankError('middle', { cause: root }) })
  root.cause = error
  const back = travel(error) as { cause: { cause: { cause: unknown } } }
  expect(back.cause).toBeInstanceOf(RangeError)
  expect(back.cause.cause).toBeInstanceOf(TypeError)
  expect(back.cause.cause.cause).toBe(back)
  expect(travel(new Error('x', { cause: 'text' }))).toMatchObject({ cause: 'text' })
})

test('a chain without end is cut, not a stack overflow', () => {
  let error = new Error('0')
  for (let i = 1; i < 20_000; i++) error = new Error(String(i), { cause: error })
  let depth = 0
  for (let at: unknown = travel(error); at instanceof Error; at = at.cause) depth++
  expect(depth).toBe(100)
})

test('an AggregateError keeps its errors', () => {
  const back = travel(new AggregateError([new TypeError('a'), 'b'], 'both')) as AggregateError
  expect(back).toBeInstanceOf(AggregateError)
  expect(back.message).toBe('both')
  expect(back.errors[0]).toBeInstanceOf(TypeError)
  expect(back.errors[1]).toBe('b')
})

test('a DOMException keeps its name', () => {
  const back = travel(new DOMException('stopped', 'AbortError')) as DOMException
  expect(back).toBeInstanceOf(DOMException)
  expect(back.name).toBe('AbortError')
})

test('errors of millrace keep their class, code and fields', () => {
  const timeout = travel(new TaskTimeoutError('late', { timeoutMs: 5, taskIndex: 3 }))
  expect(timeout).toBeInstanceOf(TaskTimeoutError)
  expect(timeout).toMatchObject({
    code: 'ERR_TASK_TIMEOUT',
    timeoutMs: 5,
    taskIndex: 3,
    name: 'TaskTimeoutError',
  })
  const closure = travel(new ClosureError('k', { names: ['k'], hint: 'pass it' }))
  expect(closure).toBeInstanceOf(ClosureError)
  expect(closure).toBeInstanceOf(MillraceError)
  expect(closure).toMatchObject({ code: 'ERR_CLOSURE', names: ['k'], hint: 'pass it' })
})

test.each([[1], ['text'], [null], [undefined], [{ a: [1] }]])('a thrown %j stays what it is', value => {
  expect(travel(value)).toEqual(value)
})

test.each<[string, unknown, RegExp]>([
  ['a function', () => 1, /\[Function/],
  ['a symbol', Symbol('s'), /Symbol\(s\)/],
  ['an object with a function', { f() {} }, /f: \[Function/],
  ['a promise', Promise.resolve(1), /Promise/],
])('%s becomes text', (_, value, text) => {
  expect(travel(value)).toMatch(text)
})

test('nothing that is thrown breaks the encoding', () => {
  const refuse = () => {
    throw new Error('no')
  }
  const hostile = new Proxy(new Error('x'), {
    get: refuse,
    has: refuse,
    ownKeys: refuse,
    getPrototypeOf: refuse,
    getOwnPropertyDescriptor: refuse,
  })
  expect(() => travel(hostile)).not.toThrow()
  const getters = Object.defineProperties(new Error('y'), {
    stack: { get: refuse },
    message: { get: refuse },
    extra: { get: refuse, enumerable: true },
  })
  expect(travel(getters)).toBeInstanceOf(Error)
})

test('both stacks can be read: that of the worker above that of the caller', () => {
  const back = travel(new Error('x'), '    at caller (file.js:1:1)') as Error
  expect(back.stack).toMatch(
    /^Error: x\n[\s\S]*error-codec\.test\.ts[\s\S]*\n {4}at caller \(file\.js:1:1\)$/,
  )
})
