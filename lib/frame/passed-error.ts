/** Wraps what is not ours to translate: an abort reason, an error of the user's own callback or function. */
export class Passed {
  readonly reason: unknown

  constructor(reason: unknown) {
    this.reason = reason
  }
}
