import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url)).replace(/\/$/, '')

/**
 * One project, one entry per audience. The hub serves desk.html and
 * centre.html, the terminal serves kiosk.html, all from the same dist.
 * public/placeholder.html is copied there too: dist/placeholder.html is
 * committed, so that Go can embed the folder before anything was built.
 */
export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [react()],
  resolve: { alias: { '@': here('.') } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // antd's shared chunk is the largest; a doubling should be noticed.
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      input: {
        kiosk: here('./kiosk.html'),
        desk: here('./desk.html'),
        centre: here('./centre.html'),
      },
    },
  },
})
