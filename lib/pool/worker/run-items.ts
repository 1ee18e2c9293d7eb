/** Anything with a `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

/** Items in a row and what to do with each. */
export interface ItemRun {
  /** Index past the last item. */
  readonly to: number
  /** Called when item `i` starts; false when the rest is not wanted. */
  begin(i: number): boolean
  run(i: number): unknown
  done(i: number, value: unknown): void
  /** False when the rest is not wanted. */
  fail(i: number, error: unknown): boolean
}

/**
 * Runs items in order. All is done on return, unless an item gave a promise: then the answer is a promise, and up to
 * `concurrency` items are under way at a time from there on.
 */
export function runItems(items: ItemRun, from: number, concurrency: number): Promise<void> | undefined {
  for (let i = from; i < items.to; i++) {
    if (!items.begin(i)) return undefined
    let value: unknown
    try {
      value = items.run(i)
      if (isThenable(value)) return runAsync(items, i, value, concurrency)
    } catch (error) {
      if (!items.fail(i, error)) return undefined
      continue
    }
    items.done(i, value)
  }
  return undefined
}

async function runAsync(
  items: ItemRun,
  first: number,
  pending: PromiseLike<unknown>,
  concurrency: number,
): Promise<void> {
  let next = first + 1
  let stopped = false
  const settle = async (i: number, value: unknown): Promise<void> => {
    try {
      const result = await value
      if (!stopped) items.done(i, result)
    } catch (error) {
      if (!stopped && !items.fail(i, error)) stopped = true
    }
  }
  const lane = async (): Promise<void> => {
    while (!stopped && next < items.to) {
      const i = next++
      if (!items.begin(i)) {
        stopped = true
        return
      }
      let value: unknown
      try {
        value = items.run(i)
      } catch (error) {
        if (!items.fail(i, error)) stopped = true
        continue
      }
      await settle(i, value)
    }
  }
  const lanes = [settle(first, pending).then(lane)]
  while (lanes.length < concurrency) lanes.push(lane())
  await Promise.all(lanes)
}
