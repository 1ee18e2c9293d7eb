// Random numbers that a seed repeats.

/** Of a run; MILLRACE_TEST_SEED repeats one. */
export const seed = Number(process.env.MILLRACE_TEST_SEED ?? Date.now() % 1e9)

/** Mulberry32: random numbers from 0 to 1, the same ones for the same start. */
export function generator(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
