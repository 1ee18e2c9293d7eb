import { MillraceError } from '../../core/errors.js'

/**
 * Makes the prototype's methods refuse more arguments than they take: what JavaScript would ignore was meant to do
 * something. `most` says how many where the function does not: with defaults and rest parameters.
 */
export function refuseSurplusArguments(prototype: object, most: Readonly<Record<string, number>> = {}): void {
  for (const [name, { value, ...rest }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (typeof value !== 'function' || name === 'constructor' || name === 'toString') continue
    const limit = most[name] ?? value.length
    if (limit === Number.POSITIVE_INFINITY) continue
    const counted = {
      [name](this: unknown, ...given: unknown[]) {
        if (given.length > limit) throw surplus(name, limit, given.length)
        return Reflect.apply(value, this, given)
      },
    }
    Object.defineProperty(prototype, name, { ...rest, value: counted[name] })
  }
}

function surplus(name: string, limit: number, given: number): MillraceError {
  const takes = limit === 0 ? 'no arguments' : limit === 1 ? 'one argument' : `at most ${limit} arguments`
  return new MillraceError('ERR_INVALID_ARGUMENT', `${name}() takes ${takes} but received ${given}`, {
    hint: limit === 0 ? `write ${name}()` : 'leave out what is behind them',
  })
}
