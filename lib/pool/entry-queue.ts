import type { QueueEntry } from './unit.js'

/** First in, first out within a priority; the higher priority first. Adding and taking cost O(1) for few priorities. */
export class EntryQueue {
  readonly #lanes = new Map<number, Lane>()
  #order: Lane[] = []
  #size = 0
  /** The jobs in it: they come back while they may still be here. Calls do not. */
  readonly #jobs = new Set<QueueEntry>()

  get size(): number {
    return this.#size
  }

  /** The highest priority that waits; -Infinity when nothing does. */
  get highest(): number {
    for (const { head, items, priority } of this.#order) if (head < items.length) return priority
    return Number.NEGATIVE_INFINITY
  }

  has(entry: QueueEntry): boolean {
    return this.#jobs.has(entry)
  }

  push(entry: QueueEntry): void {
    this.#note(entry)
    this.#lane(entry.priority).items.push(entry)
    this.#size++
  }

  /** Ahead of what waits with the same priority. */
  unshift(entry: QueueEntry): void {
    this.#note(entry)
    const lane = this.#lane(entry.priority)
    if (lane.head > 0) lane.items[--lane.head] = entry
    else lane.items.unshift(entry)
    this.#size++
  }

  /** The first entry that gives something for `take`; entries found exhausted are dropped. */
  find<T>(take: (entry: QueueEntry) => T | undefined): T | undefined {
    for (const lane of this.#order) {
      for (let i = lane.head; i < lane.items.length; i++) {
        const entry = lane.items[i] as QueueEntry
        const taken = entry.exhausted ? undefined : take(entry)
        if (entry.exhausted) i = this.#remove(lane, i) - 1
        if (taken !== undefined) return taken
      }
    }
    return undefined
  }

  /** Empties the queue. */
  drain(): QueueEntry[] {
    const all = this.#order.flatMap(lane => lane.items.slice(lane.head))
    this.#lanes.clear()
    this.#jobs.clear()
    this.#order = []
    this.#size = 0
    return all
  }

  #note(entry: QueueEntry): void {
    if (entry.kind !== 'call') this.#jobs.add(entry)
  }

  #lane(priority: number): Lane {
    let lane = this.#lanes.get(priority)
    if (!lane) {
      lane = { priority, items: [], head: 0 }
      this.#lanes.set(priority, lane)
      this.#order = [...this.#order, lane].sort((a, b) => b.priority - a.priority)
    }
    return lane
  }

  /** The answer is the index of the entry after it. */
  #remove(lane: Lane, i: number): number {
    this.#size--
    this.#jobs.delete(lane.items[i] as QueueEntry)
    if (i > lane.head) {
      lane.items.splice(i, 1)
      return i
    }
    lane.items[lane.head++] = undefined as never
    if (lane.head * 2 > lane.items.length) {
      lane.items = lane.items.slice(lane.head)
      lane.head = 0
    }
    return lane.head
  }
}

interface Lane {
  readonly priority: number
  items: QueueEntry[]
  head: number
}
