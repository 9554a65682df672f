import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/**
 * End to end: one county of real processes and real Chromium for all tests, so
 * they run one after the other, in the order of the file. `npm run e2e` needs
 * the programs in ../bin (make build).
 */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['e2e/*.e2e.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 150_000,
    reporters: ['verbose'],
  },
})
