import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Tests import 'millrace', the built package: worker threads on Node 20 cannot strip types, and what is tested is
// what users run. A fork a file: a crash of the addon fails one file instead of the run.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    server: { deps: { external: [/\/dist\//] } },
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
  },
})
