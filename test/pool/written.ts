/**
 * A function whose text is exactly that. The test runner rewrites what stands in a test file (imports, coverage), and
 * functions that travel to a worker must not depend on it.
 */
export const written = (source: string): any => new Function(`return (${source})`)()
