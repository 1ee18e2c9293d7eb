// Spelling suggestions for column, option and method names.

/** The candidate nearest to `name`, or undefined when none is near enough to be what was meant. */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(name)
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(wanted, fold(candidate), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `did you mean "Close"?`, or else the names there are. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const near = closest(name, candidates)
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`
  return candidates.length === 0 ? 'there are none' : `there is ${listed(candidates)}`
}

/** At most ten names, quoted. */
export function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, 10)
    .map(name => JSON.stringify(name.length > 40 ? `${name.slice(0, 39)}…` : name))
  if (names.length > 10) shown.push(`and ${names.length - 10} more`)
  return shown.join(', ')
}

// Case, underscores and spaces are what people get wrong most, so they cost nothing.
function fold(name: string): string {
  return name
    .slice(0, 100)
    .toLowerCase()
    .replace(/[_\s-]/g, '')
}

/**
 * Edits (insert, delete, replace, swap neighbours) from `a` to `b`; gives up and returns `limit` once it is reached.
 * Optimal string alignment over three rows, O(|a| |b|).
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let smallest = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      row.push(cost)
      smallest = Math.min(smallest, cost)
    }
    if (smallest >= limit) return limit
    beforeLast = last
    last = row
  }
  return Math.min(at(last, b.length), limit)
}

const at = (row: readonly number[], index: number): number => row[index] as number
