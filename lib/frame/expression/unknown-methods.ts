import { MillraceError } from '../../core/errors.js'

/** Defines methods that throw and say what to write instead, not enumerable. */
export function defineUnknownMethods(
  prototype: object,
  who: string,
  hints: Readonly<Record<string, string>>,
): void {
  for (const [name, hint] of Object.entries(hints)) {
    const teach = () => {
      throw new MillraceError('ERR_UNKNOWN_METHOD', `${who} has no ${name}()`, { hint })
    }
    Object.defineProperty(prototype, name, { value: teach, configurable: true })
  }
}
