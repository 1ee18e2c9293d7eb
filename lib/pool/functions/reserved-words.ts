const reserved = new Set(
  (
    'break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if import in instanceof new null return super switch this throw true try typeof var void while with'
  ).split(' '),
)

/** A word that can never name a variable. `let`, `await`, `yield`, `async` and the like can, in places. */
export function isReserved(word: string): boolean {
  return reserved.has(word)
}

const strictReserved = new Set(
  'let static implements interface package private protected public yield await'.split(' '),
)

/** A text that can stand as the name of a variable in strict code. */
export function isVariableName(text: string): boolean {
  return (
    /^[$_\p{ID_Start}][$\p{ID_Continue}]*$/u.test(text) &&
    !reserved.has(text) &&
    !strictReserved.has(text) &&
    text !== 'eval' &&
    text !== 'arguments'
  )
}
