import { mergeConfig } from 'vite'
import { defineConfig } from 'vitest/config'
import base from './vite.config.ts'

export default mergeConfig(
  base,
  defineConfig({
    test: {
      environment: 'happy-dom',
      include: ['{apps,features,shared}/**/*.test.{ts,tsx}', '*.test.ts'],
      setupFiles: ['./shared/ui/testing.ts'],
      testTimeout: 120_000,
      sequence: { shuffle: true },
      restoreMocks: true,
    },
  }),
)
